import type { EarlierMail } from "../../src/mail_order_bot_app/domain/duplicates.ts";
import type { Order } from "../../src/mail_order_bot_app/domain/order.ts";
import type { OutgoingMail } from "../../src/mail_order_bot_app/domain/outgoing_mail.ts";
import type {
  CommitOutcome,
  DecidedMail,
  HistoryQuestion,
  MailHistory,
  OrderBook,
} from "../../src/mail_order_bot_app/services/order_book.ts";

/** An order book that keeps its promises, in memory: idempotent by task, unique by customer and order number, and by customer and Message-ID. */
export class MemoryOrderBook implements OrderBook {
  readonly committed: DecidedMail[] = [];
  readonly unitsOfWork: unknown[] = [];

  get orders(): readonly Order[] {
    return this.committed.flatMap(({ decision }) => (decision.kind === "accept" ? [decision.order] : []));
  }

  get outbox(): readonly OutgoingMail[] {
    return this.committed.flatMap(({ reply }) => (reply === undefined ? [] : [reply]));
  }

  async history({ keys, address, repliesSinceMs }: HistoryQuestion): Promise<MailHistory> {
    const others = this.committed.filter(({ taskId }) => taskId !== keys.taskId);
    const answered = others.filter(({ reply }) => reply !== undefined);
    return {
      earlier: this.committed.map(earlierMail).filter((mail) => concerns(mail, keys)),
      replies: {
        repliesToAddress: answered.filter(
          (mail) => mail.reply?.to.address === address && mail.decidedAtMs >= repliesSinceMs,
        ).length,
        answeredMessage: answered.some(
          (mail) => keys.messageId !== undefined && mail.keys.messageId === keys.messageId,
        ),
      },
    };
  }

  async commit(decided: DecidedMail, unitOfWork: unknown): Promise<CommitOutcome> {
    const before = this.committed.find(({ taskId }) => taskId === decided.taskId);
    if (before !== undefined) {
      const { orderId } = earlierMail(before);
      return { kind: "already-committed", decision: before.decision.kind, ...(orderId && { orderId }) };
    }
    if (decided.decision.kind === "accept" && this.#isTaken(decided.decision.order, decided.keys)) {
      return { kind: "conflict" };
    }
    this.committed.push(decided);
    this.unitsOfWork.push(unitOfWork);
    return { kind: "committed" };
  }

  #isTaken({ customerId, poNumber }: Order, { messageId }: DecidedMail["keys"]): boolean {
    return this.committed.some(({ decision, keys }) => {
      if (decision.kind !== "accept" || decision.order.customerId !== customerId) return false;
      const samePo = poNumber !== undefined && decision.order.poNumber === poNumber;
      return samePo || (messageId !== undefined && keys.messageId === messageId);
    });
  }
}

function earlierMail({ keys, decision }: DecidedMail): EarlierMail {
  const orderId = decision.kind === "accept" ? decision.order.id : undefined;
  return { ...keys, decision: decision.kind, ...(orderId && { orderId }) };
}

function concerns(mail: EarlierMail, { sha256, messageId, customerId, poNumber }: HistoryQuestion["keys"]): boolean {
  if (mail.sha256 === sha256) return true;
  if (customerId === undefined || mail.customerId !== customerId) return false;
  return (
    (messageId !== undefined && mail.messageId === messageId) || (poNumber !== undefined && mail.poNumber === poNumber)
  );
}
