import type { Customer } from "./customer.ts";
import { quote } from "./extraction.ts";
import { headerValues, type IncomingMail } from "./incoming_mail.ts";
import { type Reason, reason } from "./reason.ts";
import { domainOf, isPlainAddress } from "./safe_text.ts";

/** The customers that an address may stand for. */
export interface CustomerMatch {
  /** The customer whose allow-list names the address. */
  readonly byAddress?: Customer;
  /** The customer to whom the address's domain belongs. */
  readonly byDomain?: Customer;
}

/** Who sent a mail, as far as we can know. Only a trusted sender's mail becomes an order, and only they are answered. */
export type Sender =
  | { readonly kind: "trusted"; readonly address: string; readonly customer: Customer }
  /** `customer`: whom the mail claims to come from. */
  | { readonly kind: "doubtful"; readonly reason: Reason; readonly customer?: Customer };

/** The one address that a mail says it is from, if that can be said. */
export function claimedAddress(mail: IncomingMail): string | undefined {
  const [only, ...others] = mail.from;
  return only !== undefined && others.length === 0 && isPlainAddress(only.address) ? only.address : undefined;
}

/**
 * Decides whether the sender is who they claim to be. A From field alone is forgeable: without proof only the addresses on the
 * list of a customer who accepts that are trusted. Proof is DMARC, as found by our own mail server, which calls itself
 * `authservId` in its Authentication-Results; undefined if it writes none.
 */
export function authenticateSender(mail: IncomingMail, match: CustomerMatch, authservId: string | undefined): Sender {
  const address = claimedAddress(mail);
  if (address === undefined) return { kind: "doubtful", reason: unclearFrom(mail) };
  const customer = match.byAddress ?? match.byDomain;
  if (customer === undefined) {
    return { kind: "doubtful", reason: reason("sender_unknown", `No customer orders from ${quote(address)}.`) };
  }
  const authenticated = authservId !== undefined && passedDmarc(mail, authservId, domainOf(address));
  const listed = match.byAddress !== undefined && customer.acceptUnauthenticated;
  if (authenticated || listed) return { kind: "trusted", address, customer };
  const sentence = `It claims to come from ${quote(address)} (${customer.name}), but nothing proves it.`;
  return { kind: "doubtful", reason: reason("sender_not_authenticated", sentence), customer };
}

function unclearFrom(mail: IncomingMail): Reason {
  if (mail.from.length === 0) return reason("sender_missing", "It does not say who sent it.");
  const names = mail.from.slice(0, 3).map(({ address }) => quote(address));
  return reason("sender_ambiguous", `It does not name one plain address as its sender, but ${names.join(", ")}.`);
}

/**
 * RFC 8601, and only the topmost field: what stands below it was there before the mail reached us, and anybody can write it.
 * Comments and quoted strings are dropped first, since they may hold anything.
 */
function passedDmarc(mail: IncomingMail, authservId: string, domain: string): boolean {
  const topmost = headerValues(mail, "authentication-results")[0];
  if (topmost === undefined) return false;
  const [server = "", ...results] = withoutComments(topmost.slice(0, 4_000)).split(";");
  if (server.trim().split(/\s+/)[0]?.toLowerCase() !== authservId.toLowerCase()) return false;
  return results.some((result) => {
    if (!/^\s*dmarc\s*=\s*pass(?:\s|$)/i.test(result)) return false;
    const checked = /\bheader\.from\s*=\s*([a-z0-9.-]+)/i.exec(result)?.[1]?.toLowerCase();
    return checked === undefined || checked === domain || domain.endsWith(`.${checked}`);
  });
}

function withoutComments(field: string): string {
  let kept = "";
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < field.length; i += 1) {
    const character = field[i] ?? "";
    if (character === "\\") i += 1;
    else if (depth === 0 && character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "(") depth += 1;
    else if (character === ")") depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += character;
  }
  return kept;
}
