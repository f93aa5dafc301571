import type { Clock } from "../../app_runtime/base/clock.ts";
import { decideOrder } from "../domain/decide_order.ts";
import { decideUnreadableMail } from "../domain/decide_unreadable_mail.ts";
import type { Decision } from "../domain/decision.ts";
import { judgeRepetition } from "../domain/duplicates.ts";
import type { UnreadableMail } from "../domain/incoming_mail.ts";
import { orderIdFor } from "../domain/order_id.ts";
import type { OutgoingMail } from "../domain/outgoing_mail.ts";
import { replyAddress } from "../domain/reply_address.ts";
import { replyWindowMs } from "../domain/reply_brake.ts";
import { type Decided, type DecisionStamp, decidedMail } from "./decided_mail.ts";
import type { MailParser } from "./mail_parser.ts";
import type { CommitOutcome, DecidedMail, MailHistory, MailSummary, OrderBook, TraceContext } from "./order_book.ts";
import { OrderConflictError } from "./order_conflict_error.ts";
import { type NotUnderstood, type Understanding, type UnderstandingParts, understandMail } from "./understand_mail.ts";
import { type Reply, writeReply } from "./write_reply.ts";

export interface ProcessOrderMailParts extends UnderstandingParts {
  readonly parser: MailParser;
  readonly orders: OrderBook;
  readonly clock: Clock;
}

/** A mail as the source hands it over. */
export interface ReceivedMail {
  /** Stable over retries: the order id follows from it. */
  readonly taskId: string;
  /** The raw bytes, or what is known of a mail that was too big to fetch. */
  readonly raw: Uint8Array | UnreadableMail;
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** Handed to `OrderBook.commit` as it is: what has to be written in the same transaction. */
  readonly unitOfWork?: unknown;
  readonly signal?: AbortSignal;
  readonly traceId?: string;
  readonly carrier?: TraceContext;
  readonly configVersion?: string;
}

/** What became of a mail. */
export interface ProcessedMail {
  readonly decision: Decision;
  readonly commit: Exclude<CommitOutcome, { kind: "conflict" }>;
  readonly mail: MailSummary;
  /** The answer that was put into the outbox. */
  readonly reply?: OutgoingMail;
  /** Why the sender gets no answer, although there is one to give. */
  readonly withheld?: string;
}

/** Two mails of one customer may race for an order number; a fourth look would see nothing that the third did not. */
const maxRounds = 3;

/**
 * The bot's one job: read a mail, understand it, decide, and store everything it leaves behind at once. Rejects when a port
 * does, and when `signal` aborts before the commit; the same mail may then be processed again.
 */
export function processOrderMail(parts: ProcessOrderMailParts): (mail: ReceivedMail) => Promise<ProcessedMail> {
  return async (received) => {
    const mail = await readMail(received, parts);
    const about = await understandMail(mail, received.taskId, parts);
    for (let round = 0; round < maxRounds; round += 1) {
      received.signal?.throwIfAborted();
      const decided = decide(about, await recall(about, parts), parts);
      const traces = decidedMail(decided, stampOf(received, parts));
      const commit = await parts.orders.commit(traces, received.unitOfWork);
      if (commit.kind !== "conflict") return processed(traces, commit, decided.reply);
    }
    throw new OrderConflictError(received.taskId, maxRounds);
  };
}

async function readMail({ raw, signal }: ReceivedMail, { parser }: ProcessOrderMailParts) {
  return raw instanceof Uint8Array ? await parser.parse(raw, signal) : raw;
}

function recall(about: Understanding | NotUnderstood, { orders, clock }: ProcessOrderMailParts): Promise<MailHistory> {
  return orders.history({
    keys: about.keys,
    ...(about.kind === "understood" && answerGoesTo(about)),
    repliesSinceMs: clock.wallNow() - replyWindowMs,
  });
}

/** The brake counts by the address that would get the answer. */
function answerGoesTo({ mail, sender }: Understanding): { readonly address?: string } {
  return sender.kind === "trusted" ? { address: replyAddress(mail, sender.address, sender.customer) } : {};
}

function decide(about: Understanding | NotUnderstood, history: MailHistory, { rules }: ProcessOrderMailParts): Decided {
  const certain = about.kind === "understood" && about.reading.doubts.length === 0;
  const repetition = judgeRepetition(about.keys, history.earlier, certain);
  if (about.kind === "not-understood") {
    return { about, decision: decideUnreadableMail(about.mail, repetition), reply: { kind: "none" } };
  }
  const orderId = orderIdFor(about.keys.taskId);
  const { reading, ...facts } = about;
  const decision = decideOrder({ ...facts, ...reading, lines: about.lines, orderId, repetition });
  return { about, decision, reply: writeReply(decision, orderId, about, history.replies, rules) };
}

function stampOf(received: ReceivedMail, { parser, clock }: ProcessOrderMailParts): DecisionStamp {
  const { taskId, receivedAtMs, configVersion, traceId, carrier } = received;
  return {
    taskId,
    receivedAtMs,
    atMs: clock.wallNow(),
    parserVersion: parser.version,
    ...(configVersion !== undefined && { configVersion }),
    ...(traceId !== undefined && { traceId }),
    ...(carrier !== undefined && { carrier }),
  };
}

function processed(
  { decision, mail, reply }: DecidedMail,
  commit: Exclude<CommitOutcome, { kind: "conflict" }>,
  answer: Reply,
): ProcessedMail {
  const withheld = answer.kind === "withheld" ? { withheld: answer.why } : {};
  return { decision, commit, mail, ...(reply !== undefined && { reply }), ...withheld };
}
