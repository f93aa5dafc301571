import { expect, test } from "vitest";
import type { CustomerId } from "../../../src/mail_order_bot_app/domain/customer.ts";
import { type EarlierMail, judgeRepetition, type MailKeys } from "../../../src/mail_order_bot_app/domain/duplicates.ts";
import type { OrderId } from "../../../src/mail_order_bot_app/domain/order_id.ts";

const harbour = "harbour" as CustomerId;
const nordlicht = "nordlicht" as CustomerId;

const keys: MailKeys = {
  taskId: "new",
  sha256: "new bytes",
  messageId: "<new@x.example>",
  customerId: harbour,
  poNumber: "4711",
  fingerprint: "CH-1001*4@",
};

const earlier = (change: Partial<EarlierMail>): EarlierMail => ({
  taskId: "old",
  sha256: "old bytes",
  messageId: "<old@x.example>",
  customerId: harbour,
  fingerprint: "CH-1001*4@",
  decision: "accept",
  orderId: "SO-1" as OrderId,
  ...change,
});

test.each([
  ["the same bytes, whoever sent them", "duplicate", { sha256: "new bytes", customerId: nordlicht }],
  ["the same bytes that wait for review", "duplicate", { sha256: "new bytes", decision: "review" as const }],
  ["the same message over another way", "duplicate", { messageId: "<new@x.example>", poNumber: "4711" }],
  [
    "the same message with other goods",
    "message-id-reused",
    { messageId: "<new@x.example>", poNumber: "4711", fingerprint: "" },
  ],
  ["the same order number and goods", "duplicate", { poNumber: "4711" }],
  ["the same order number with other goods", "amendment", { poNumber: "4711", fingerprint: "CH-1001*5@" }],
  ["the same order number in review", "amendment", { poNumber: "4711", decision: "review" as const }],
  ["the same order number that was rejected", "new", { poNumber: "4711", decision: "reject" as const }],
  ["the same goods alone", "new", {}],
  ["another customer's order number", "new", { poNumber: "4711", customerId: nordlicht }],
  ["another customer's Message-ID", "new", { messageId: "<new@x.example>", customerId: nordlicht }],
  ["an ignored copy", "new", { sha256: "new bytes", decision: "ignore" as const }],
  ["the same task on its second try", "new", { sha256: "new bytes", taskId: "new" }],
])("%s: %s", (_, kind, change) => {
  expect(judgeRepetition(keys, [earlier(change)], true).kind).toBe(kind);
});

test("an order that stands counts before a mail that waits", () => {
  const waiting = earlier({ poNumber: "4711", decision: "review" });
  const standing = earlier({ poNumber: "4711", taskId: "first" });
  expect(judgeRepetition(keys, [waiting, standing], true)).toEqual({ kind: "duplicate", of: standing });
});

test("a stranger cannot speak about a customer's orders", () => {
  const { customerId: _, ...stranger } = keys;
  expect(judgeRepetition(stranger, [earlier({ poNumber: "4711", messageId: "<new@x.example>" })], true).kind).toBe(
    "new",
  );
});

test("a mail that says more than its lines repeats no order, but may repeat a mail that waits", () => {
  const judged = (change: Partial<EarlierMail>) =>
    judgeRepetition(keys, [earlier({ poNumber: "4711", ...change })], false).kind;
  expect(judged({})).toBe("amendment");
  expect(judged({ messageId: "<new@x.example>" })).toBe("message-id-reused");
  expect(judged({ messageId: "<new@x.example>", decision: "review" })).toBe("duplicate");
  expect(judged({ sha256: "new bytes" })).toBe("duplicate");
});
