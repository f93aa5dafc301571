import { expect, test } from "vitest";
import { unionOf, unmarkedIn, withoutRepeats } from "../../drill/cluster/machine_books.ts";
import { cluster } from "../../drill/drills/cluster.ts";
import type { Ledger } from "../../drill/ledger.ts";
import { judge } from "../../drill/oracle.ts";
import { OrderMails } from "../../drill/order_mails.ts";
import type { Confirmation } from "../../drill/smtp_sink.ts";

const limitMs = 120_000;
const names = ["cluster:holder-frozen", "cluster:rolling-upgrade", "cluster:redis-away"];

test.each(cluster.filter(({ name }) => names.includes(name)))(
  "the drill $name finds every promise kept",
  { timeout: limitMs },
  async (drill) => {
    const seed = Math.floor(Math.random() * 100_000);
    const options = { seed, fast: true, rounds: 1, mails: 24, slackMs: 5_000, keep: false, say: () => undefined };
    const { accepted, lost, duplicatedEffects, broken } = await drill.run(options);
    const message = `npm run drill -- cluster --case ${drill.name} --fast --rounds 1 --mails 24 --seed ${seed}`;
    expect({ lost, duplicatedEffects, broken }, message).toEqual({ lost: 0, duplicatedEffects: 0, broken: [] });
    expect(accepted).toBeGreaterThan(0);
  },
);

const mails = new OrderMails(1).make(3);

/** What a machine that has done these of the mails has written down. */
function book(...done: readonly number[]): Ledger {
  return {
    journal: done.map((n) => ({ taskId: `t${n}`, state: "done", handOuts: 1, settled: true, reason: null })),
    decided: done.map((n) => ({ taskId: `t${n}`, decision: "accept", why: "" })),
    orders: done.map((n) => ({
      taskId: `t${n}`,
      customerId: mails[n]?.customerId ?? "",
      poNumber: mails[n]?.poNumber ?? "",
    })),
    sent: new Set(),
    unsent: 0,
  };
}

/** One confirmation from each machine that ordered the mail. */
function judgeMachines(books: readonly Ledger[], mayRepeat: readonly string[]) {
  const { ledger, orderedAgain } = unionOf(books, new Set(mayRepeat));
  const taken = books.flatMap(({ orders }) => orders.map(({ taskId }) => confirmation(Number(taskId.slice(1)))));
  const confirmations = withoutRepeats(taken, mails, orderedAgain);
  const flags = new Map(mails.map((_, n) => [n, new Set(["\\Seen"])]));
  const verdict = judge({ mails, ledger, confirmations, flags, deaths: [] });
  return { ...verdict, orderedAgain: orderedAgain.length };
}

function confirmation(n: number): Confirmation {
  return { messageId: `conf-${n}@bot.drill.example`, inReplyTo: mails[n]?.messageId ?? "", dataAt: 1, takenAt: 1 };
}

test("all machines together are judged as one, by the number of the task", () => {
  expect(judgeMachines([book(0, 1), book(2)], [])).toMatchObject({ lost: 0, broken: [], orderedAgain: 0 });
});

test("what a machine had stored and not marked when it lost the mailbox may be ordered again by another, and is counted", () => {
  const verdict = judgeMachines([book(0, 1), book(1, 2)], ["t1"]);
  expect(verdict).toEqual({
    lost: 0,
    duplicatedEffects: 0,
    duplicateConfirmations: 0,
    broken: [],
    orderedAgain: 1,
  });
});

test.each<[string, readonly Ledger[], readonly string[], RegExp]>([
  ["a lost mail", [book(0), book(1)], [], /^1 mails have no order/],
  [
    "an order that nothing explains to be there on two machines",
    [book(0, 1), book(1, 2)],
    [],
    /^1 orders are there twice/,
  ],
  ["an order that is there twice on one machine", [book(0, 1, 1), book(2)], ["t1"], /^1 orders are there twice/],
  ["a third confirmation", [book(0, 1, 1), book(1, 2)], ["t1"], /without a death that explains it/],
])("the judge notices %s", (_what, books, mayRepeat, broken) => {
  expect(judgeMachines(books, mayRepeat).broken).toContainEqual(expect.stringMatching(broken));
});

test("the end of a task on any machine counts, whatever another one still believes", () => {
  const [row] = book(0).journal;
  const stale: Ledger = { ...book(), journal: row === undefined ? [] : [{ ...row, state: "offered", settled: false }] };
  expect(unionOf([stale, book(0, 1, 2)], new Set()).ledger.journal).toEqual(book(0, 1, 2).journal);
});

test("what is done and not marked is what may come again", () => {
  const [row, ...rows] = book(0, 1).journal;
  expect(unmarkedIn({ ...book(), journal: row === undefined ? [] : [{ ...row, settled: false }, ...rows] })).toEqual([
    "t0",
  ]);
});
