import { expect, test } from "vitest";
import type { Ledger } from "../../drill/ledger.ts";
import { type Evidence, judge } from "../../drill/oracle.ts";
import { OrderMails } from "../../drill/order_mails.ts";
import type { Confirmation } from "../../drill/smtp_sink.ts";

const mails = new OrderMails(1).make(3);

const wholeLedger: Ledger = {
  journal: mails.map((_, i) => ({ taskId: `t${i}`, state: "done", handOuts: 0, settled: true, reason: null })),
  decided: mails.map((_, i) => ({ taskId: `t${i}`, decision: "accept", why: "" })),
  orders: mails.map(({ customerId, poNumber }, i) => ({ taskId: `t${i}`, customerId, poNumber })),
  sent: new Set(),
  unsent: 0,
};

const whole: Evidence = {
  mails,
  ledger: wholeLedger,
  confirmations: mails.map(({ messageId }, i) => confirmation(messageId, i)),
  flags: new Map(mails.map((_, i) => [i + 1, new Set(["\\Seen"])])),
  deaths: [],
};

function confirmation(inReplyTo: string, i: number, at = 1_000): Confirmation {
  return { messageId: `conf-${i}@bot.drill.example`, inReplyTo, dataAt: at, takenAt: at + 10 };
}

/** The evidence with something wrong in the ledger. */
function withLedger(ledger: Partial<Ledger>): Evidence {
  return { ...whole, ledger: { ...wholeLedger, ...ledger } };
}

function withConfirmations(...more: readonly Confirmation[]): Evidence {
  return { ...whole, confirmations: [...whole.confirmations, ...more] };
}

const [first, ...others] = wholeLedger.orders;
const [row, ...rows] = wholeLedger.journal;
const messageId = mails[0]?.messageId ?? "";

test("nothing is held against a runtime that kept its promises", () => {
  expect(judge(whole)).toEqual({ lost: 0, duplicatedEffects: 0, duplicateConfirmations: 0, broken: [] });
});

test.each<[string, Evidence, RegExp]>([
  ["a mail without an order", withLedger({ orders: others }), /^1 mails have no order: customer_1/],
  [
    "two orders for one mail",
    withLedger({ orders: first === undefined ? [] : [first, first, ...others] }),
    /there twice/,
  ],
  [
    "an order out of nowhere",
    withLedger({ orders: [...wholeLedger.orders, { taskId: "t9", customerId: "nobody", poNumber: "1" }] }),
    /^1 orders belong to no mail: nobody 1/,
  ],
  [
    "a valid mail that was not accepted",
    withLedger({ decided: [{ taskId: "t0", decision: "review", why: "odd" }] }),
    /not accepted: review \(odd\)/,
  ],
  ["a mail without a confirmation", { ...whole, confirmations: whole.confirmations.slice(1) }, /not confirmed/],
  ["a confirmation that was given up", withLedger({ unsent: 1 }), /still unsent or were given up/],
  ["a confirmation of nothing", withConfirmations(confirmation("stranger@example.org", 9)), /answer no mail of ours/],
  ["a second confirmation under another name", withConfirmations(confirmation(messageId, 7)), /different Message-IDs/],
  [
    "a second confirmation that no death explains",
    withConfirmations(confirmation(messageId, 0, 5_000)),
    /without a death/,
  ],
  [
    "a mail that stays unread",
    { ...whole, flags: new Map([...whole.flags, [1, new Set<string>()]]) },
    /^2 mails are marked/,
  ],
  ["a mail that is gone", { ...whole, flags: new Map([...whole.flags].slice(1)) }, /^The mailbox holds 2 mails/],
  [
    "a task without an end",
    withLedger({ journal: row === undefined ? [] : [{ ...row, state: "offered" }, ...rows] }),
    /^1 tasks are neither done nor dead/,
  ],
  [
    "a dead letter that nobody expected",
    withLedger({ journal: row === undefined ? [] : [{ ...row, state: "dead", reason: "exhausted" }, ...rows] }),
    /^1 dead letters instead of 0: exhausted/,
  ],
  [
    "a source that was not told",
    withLedger({ journal: row === undefined ? [] : [{ ...row, settled: false }, ...rows] }),
    /their mails were not marked/,
  ],
])("%s is noticed", (_, evidence, words) => {
  expect(judge(evidence).broken).toContainEqual(expect.stringMatching(words));
});

test("a confirmation that was repeated because its sender died between the 250 and its mark is counted and excused", () => {
  const again = withConfirmations(confirmation(messageId, 0, 5_000));
  const died = (sent: readonly string[]): Evidence => ({ ...again, deaths: [{ at: 1_005, sent: new Set(sent) }] });
  expect(judge(died([]))).toMatchObject({ duplicateConfirmations: 1, broken: [] });
  expect(judge(died(["conf-0@bot.drill.example"])).broken).toHaveLength(1);
});
