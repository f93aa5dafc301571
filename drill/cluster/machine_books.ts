import type { Ledger, OrderRow } from "../ledger.ts";
import type { OrderMail } from "../order_mails.ts";
import type { Confirmation } from "../smtp_sink.ts";

/** All that several machines have written down, as if it were one book. */
export interface Union {
  readonly ledger: Ledger;
  /** Orders that a machine had stored and not yet marked in the mailbox when it lost it, and that another one stored again. */
  readonly orderedAgain: readonly OrderRow[];
}

/**
 * Machines do not know each other's orders: the oracle looks at all of them by the number of the task, which is the same on
 * each. `mayRepeat` names the tasks whose repetition on another machine is documented; every other one is left in, twice.
 */
export function unionOf(ledgers: readonly Ledger[], mayRepeat: ReadonlySet<string>): Union {
  const firstBook = new Map<string, Ledger>();
  const [orders, orderedAgain]: [OrderRow[], OrderRow[]] = [[], []];
  for (const ledger of ledgers) {
    for (const order of ledger.orders) {
      const first = firstBook.get(order.taskId) ?? ledger;
      firstBook.set(order.taskId, first);
      const isKnownRepeat = first !== ledger && mayRepeat.has(order.taskId);
      (isKnownRepeat ? orderedAgain : orders).push(order);
    }
  }
  const sent = new Set(ledgers.flatMap((ledger) => [...ledger.sent]));
  const unsent = ledgers.reduce((sum, ledger) => sum + ledger.unsent, 0);
  const decided = ledgers.flatMap((ledger) => ledger.decided);
  return { ledger: { journal: journalOf(ledgers), decided, orders, sent, unsent }, orderedAgain };
}

/** A task ended when one of them ended it, and its mail is marked when one of them has marked it. */
function journalOf(ledgers: readonly Ledger[]): Ledger["journal"] {
  const rows = Map.groupBy(
    ledgers.flatMap(({ journal }) => journal),
    ({ taskId }) => taskId,
  );
  return [...rows.values()].map((copies) => copies.reduce((best, row) => (rankOf(row) > rankOf(best) ? row : best)));
}

function rankOf({ state, settled }: Ledger["journal"][number]): number {
  return 2 * ["offered", "dead", "done"].indexOf(state) + Number(settled);
}

/** Without the confirmations that come with an order that was stored again: same Message-ID, from the other machine's outbox. */
export function withoutRepeats(
  taken: readonly Confirmation[],
  mails: readonly OrderMail[],
  orderedAgain: readonly OrderRow[],
): readonly Confirmation[] {
  const spare = new Map<string, number>();
  for (const { customerId, poNumber } of orderedAgain) {
    const mail = mails.find((each) => each.customerId === customerId && each.poNumber === poNumber);
    if (mail !== undefined) spare.set(mail.messageId, (spare.get(mail.messageId) ?? 0) + 1);
  }
  const answers = Map.groupBy(taken, ({ inReplyTo }) => inReplyTo);
  return [...answers].flatMap(([inReplyTo, all]) => {
    const isRepeat = all.every(({ messageId }) => messageId === all[0]?.messageId);
    const dropped = isRepeat ? (spare.get(inReplyTo) ?? 0) : 0;
    return all.slice(0, Math.max(1, all.length - dropped));
  });
}

/** What a machine that loses the mailbox now has stored and not marked: the next one finds it unread. */
export function unmarkedIn({ journal }: Ledger): readonly string[] {
  return journal.flatMap(({ taskId, state, settled }) => (state === "done" && !settled ? [taskId] : []));
}
