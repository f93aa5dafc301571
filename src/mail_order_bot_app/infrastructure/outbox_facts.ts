import { fillIn } from "../../app_runtime/base/fill_in.ts";
import type { EventChannel, FactLevel } from "../../app_runtime/contracts/runtime_event.ts";

interface FactKind {
  readonly level: FactLevel;
  /** `{name}` stands for the field of that name. */
  readonly message: string;
}

/** Everything the outbox says about itself. */
const outboxFacts = {
  outbox_recovered: {
    level: "info",
    message:
      "{replies} answer(s) were being sent when the last run ended; they are sent again under the same Message-ID.",
  },
  outbox_outage: { level: "warn", message: "No answers can be sent: {why} Next try in {waitMs} ms." },
  outbox_resumed: { level: "info", message: "The mail server is reached again." },
  outbox_trouble: { level: "error", message: "The outbox cannot use its database: {why} Next try in {waitMs} ms." },
  reply_sent: { level: "debug", message: "The answer {messageId} was sent to {address}." },
  reply_put_off: { level: "info", message: "The mail server put off the answer {messageId}: {why} It is tried again." },
  reply_given_up: { level: "warn", message: "The answer {messageId} to {address} was given up: {why}" },
} as const satisfies Record<string, FactKind>;

export type OutboxFact = keyof typeof outboxFacts;

export function reportOutboxFact(
  events: EventChannel,
  code: OutboxFact,
  fields: Readonly<Record<string, string | number>>,
): void {
  const { level, message } = outboxFacts[code];
  events.emit({ unit: "component:outbox", kind: "unit.fact", code, level, message: fillIn(message, fields), fields });
}
