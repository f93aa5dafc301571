import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { AccessTokenError } from "../../app_runtime/contracts/access_tokens.ts";

/** What came of sending one mail. `code` and `text` are the server's reply (RFC 5321 §4.2). */
export type SmtpResult =
  /** The server has taken responsibility for the mail (250). */
  | { readonly kind: "sent"; readonly response: string }
  /** Refused for now (4yz): trying again later may help. */
  | { readonly kind: "temporary"; readonly code: number; readonly text: string }
  /** Refused for good (5yz): trying this mail again cannot help. */
  | { readonly kind: "permanent"; readonly code: number; readonly text: string }
  /**
   * The server was not reached, broke off or refuses everything; says nothing about this mail. A connection that broke after
   * the content was sent may have delivered it. `text` is a sentence with the cure.
   */
  | { readonly kind: "unreachable"; readonly text: string };

export interface SmtpPlace {
  readonly host: string;
  readonly port: number;
  readonly auth?: "password" | "oauth2";
}

/** Replies to these commands speak about the mail; anything before them is about the connection. */
const aboutTheMail = new Set(["MAIL FROM", "RCPT TO", "DATA"]);

/** Sorts what nodemailer throws, which is never a reason for us to throw. */
export function resultOfFailure(thrown: unknown, place: SmtpPlace): SmtpResult {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (cause instanceof AccessTokenError) return { kind: "unreachable", text: cause.message };
  const { code: reply, command, text } = factsOf(thrown);
  const refused = reply !== undefined && command !== undefined && aboutTheMail.has(command);
  if (!refused || wantsLogin(reply) || reply === 421) return { kind: "unreachable", text: sentence(thrown, place) };
  return { kind: reply >= 500 ? "permanent" : "temporary", code: reply, text };
}

/** The server has seen a login and does not take it (RFC 4954 §6). */
export function isLoginRefused(thrown: unknown): boolean {
  return factsOf(thrown).code === 535;
}

/** RFC 4954 §6: the server wants a login or an encrypted connection first, whatever the mail. */
function wantsLogin(reply: number | undefined): boolean {
  return reply === 530 || reply === 534 || reply === 535 || reply === 538;
}

interface Facts {
  readonly code: number | undefined;
  readonly command: string | undefined;
  readonly text: string;
}

function factsOf(thrown: unknown): Facts {
  const field = (name: string): unknown => (thrown instanceof Error ? Reflect.get(thrown, name) : undefined);
  const code = field("responseCode");
  const command = field("command");
  const response = field("response");
  return {
    code: typeof code === "number" ? code : undefined,
    command: typeof command === "string" ? command : undefined,
    text: (typeof response === "string" ? response : messageOf(thrown)).replace(/\s+/g, " ").slice(0, 500),
  };
}

/** In plain words, with the cure. nodemailer replaces the code of the socket or the TLS layer and keeps it aside. */
function sentence(thrown: unknown, { host, port, auth }: SmtpPlace): string {
  const at = `${host}:${port}`;
  const { code: reply, text } = factsOf(thrown);
  const field = (name: string) => (thrown instanceof Error ? String(Reflect.get(thrown, name)) : "");
  const code = field("code");
  const original = field("originalCode");
  if (code === "EAUTH" || code === "ENOAUTH" || wantsLogin(reply)) {
    return auth === "oauth2"
      ? `${at} refuses the access token (${text}). Check that \`user\` has logged in for \`grant\`, and that it may send by SMTP.`
      : `${at} refuses the login (${text}). Check \`user\` and \`password\`.`;
  }
  if (/CERT|VERIFY_LEAF|ISSUER/.test(original)) {
    return `The certificate of ${at} is not trusted (${text}). Set \`ca\` to the PEM file of its authority, \`host\` to a name in it.`;
  }
  if (original === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return `${at} does not speak TLS on this port. Use \`security: starttls\`, or the TLS port (usually 465).`;
  }
  if (code === "ETLS") return `${at} does not offer STARTTLS (${text}). Use \`security: tls\` with its TLS port.`;
  if (code === "EDNS") return `The name ${host} cannot be looked up (${text}). Check \`host\`.`;
  return `${at} cannot be reached or broke off (${text}).`;
}
