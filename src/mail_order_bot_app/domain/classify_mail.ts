import { type BotIdentity, isOwnMessageId, loopHeader } from "./bot_identity.ts";
import { quote } from "./extraction.ts";
import { headerValues, type IncomingMail } from "./incoming_mail.ts";

/** The rules of RFC 3834 §2 and common practice by which a mail must never be answered. */
export type AutomaticRule =
  | "own-loop-header"
  | "own-address"
  | "own-message-id"
  | "report"
  | "auto-submitted"
  | "null-return-path"
  | "precedence"
  | "mailing-list"
  | "auto-response-suppress"
  | "auto-reply-field"
  | "role-sender";

/** `loop`: we wrote it ourselves; `report`: about a mail of ours or a stranger's; `automatic`: a machine wrote it. */
export type MailClass =
  | { readonly kind: "personal" }
  | { readonly kind: "loop" | "report" | "automatic"; readonly rule: AutomaticRule; readonly sentence: string };

/** Tells mail that a person wrote from mail that must never be answered. */
export function classifyMail(mail: IncomingMail, identity: BotIdentity): MailClass {
  return ownMail(mail, identity) ?? report(mail) ?? automaticMail(mail) ?? { kind: "personal" };
}

function ownMail(mail: IncomingMail, identity: BotIdentity): MailClass | undefined {
  if (headerValues(mail, loopHeader.toLowerCase()).length > 0) {
    return {
      kind: "loop",
      rule: "own-loop-header",
      sentence: `It carries our own ${loopHeader} field: it is our own mail coming back.`,
    };
  }
  const own = [identity.address, ...identity.otherAddresses];
  if (mail.from.some(({ address }) => own.includes(address))) {
    return { kind: "loop", rule: "own-address", sentence: "It claims to come from our own address." };
  }
  if (mail.messageId !== undefined && isOwnMessageId(mail.messageId, identity)) {
    return {
      kind: "loop",
      rule: "own-message-id",
      sentence: "Its Message-ID is one of ours: it is our own mail coming back.",
    };
  }
  return undefined;
}

/** Delivery and disposition reports, RFC 3464 and RFC 8098. */
function report(mail: IncomingMail): MailClass | undefined {
  const type = (headerValues(mail, "content-type")[0] ?? "").toLowerCase();
  if (!/^\s*(?:multipart\/report|message\/(?:delivery-status|disposition-notification))\b/.test(type)) return undefined;
  return { kind: "report", rule: "report", sentence: "It is a delivery or reading report." };
}

function automaticMail(mail: IncomingMail): MailClass | undefined {
  for (const [rule, check] of automaticRules) {
    const sentence = check(mail);
    if (sentence !== undefined) return { kind: "automatic", rule, sentence };
  }
  return undefined;
}

const automaticRules: readonly (readonly [AutomaticRule, (mail: IncomingMail) => string | undefined])[] = [
  ["auto-submitted", autoSubmitted],
  [
    "null-return-path",
    (mail) => (mail.returnPath === "" ? "Its Return-Path is empty, which asks for no answer." : undefined),
  ],
  ["precedence", precedence],
  ["mailing-list", mailingList],
  ["auto-response-suppress", autoResponseSuppress],
  ["auto-reply-field", autoReplyField],
  ["role-sender", roleSender],
];

/** RFC 3834 §5: anything but "no" was sent by a machine. */
function autoSubmitted(mail: IncomingMail): string | undefined {
  const value = headerValues(mail, "auto-submitted").find((field) => !/^\s*no\s*(?:[;(]|$)/i.test(field));
  return value === undefined ? undefined : `A machine sent it (Auto-Submitted: ${quote(value)}).`;
}

function precedence(mail: IncomingMail): string | undefined {
  const value = headerValues(mail, "precedence").find((field) => /^\s*(?:bulk|list|junk|auto_reply)\b/i.test(field));
  return value === undefined ? undefined : `It is mass mail (Precedence: ${quote(value)}).`;
}

/** RFC 2919 and RFC 2369. */
function mailingList(mail: IncomingMail): string | undefined {
  const listed = mail.headers.some(({ name }) => name === "list-id" || name === "list-unsubscribe");
  return listed ? "It came over a mailing list." : undefined;
}

/** [MS-OXCMAIL]: the values that ask for no automatic answer; DR, NDR, RN and NRN are about reports only. */
function autoResponseSuppress(mail: IncomingMail): string | undefined {
  const value = headerValues(mail, "x-auto-response-suppress").find((field) =>
    /\b(?:all|oof|autoreply)\b/i.test(field),
  );
  return value === undefined
    ? undefined
    : `It asks for no automatic answer (X-Auto-Response-Suppress: ${quote(value)}).`;
}

/** Older out-of-office programs say it in fields of their own, whatever stands in them. */
function autoReplyField(mail: IncomingMail): string | undefined {
  const field = mail.headers.find(({ name }) => /^x-auto-?(?:reply|respond|response)(?:-from)?$/.test(name));
  return field === undefined ? undefined : `An automatic reply (${field.name}).`;
}

function roleSender(mail: IncomingMail): string | undefined {
  const role =
    /^(?:mailer-daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply|bounces?|listserv|majordomo|owner-.{1,60}|.{1,60}-(?:request|bounces?))(?:\+[^@]*)?@/;
  const sender = mail.from.find(({ address }) => role.test(address));
  return sender === undefined ? undefined : `${quote(sender.address)} is not an address that reads answers.`;
}
