import { duplicateOf } from "./decide_order.ts";
import type { Decision } from "./decision.ts";
import type { Repetition } from "./duplicates.ts";
import type { UnreadableMail } from "./incoming_mail.ts";
import { reason } from "./reason.ts";

/** A mail that could not be read goes to a person, once. */
export function decideUnreadableMail(mail: UnreadableMail, repetition: Repetition): Decision {
  if (repetition.kind === "duplicate") return duplicateOf(repetition.of);
  return { kind: "review", reasons: [reason("mail_unreadable", mail.detail)] };
}
