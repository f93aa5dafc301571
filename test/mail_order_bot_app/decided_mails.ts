import type { Sku } from "../../src/mail_order_bot_app/domain/article.ts";
import type { CustomerId } from "../../src/mail_order_bot_app/domain/customer.ts";
import type { Cents } from "../../src/mail_order_bot_app/domain/numbers.ts";
import { orderIdFor } from "../../src/mail_order_bot_app/domain/order_id.ts";
import type { OrderLine } from "../../src/mail_order_bot_app/domain/order_line.ts";
import type { OutgoingMail } from "../../src/mail_order_bot_app/domain/outgoing_mail.ts";
import type { DecidedMail } from "../../src/mail_order_bot_app/services/order_book.ts";

export const customerId = "nordic" as CustomerId;

const chairs: OrderLine = {
  position: 1,
  origin: "12 x CH-1001",
  sku: "CH-1001" as Sku,
  quantity: 12,
  name: "Chair",
  unitPrice: 4_900 as Cents,
  state: { kind: "backorder", available: 3 },
};

export function replyTo(taskId: string, address = "ann@nordic.example"): OutgoingMail {
  return {
    messageId: `<conf-${orderIdFor(taskId)}-1@shop.example>`,
    envelopeFrom: "",
    from: { name: "Shop", address: "orders@shop.example" },
    to: { name: "Ann", address },
    subject: `Your order ${taskId}`,
    references: [],
    headers: { "Auto-Submitted": "auto-replied" },
    text: "Thank you.\n",
  };
}

/** A mail that became an order with one line and a reply, unless it is changed. */
export function acceptedMail(
  taskId: string,
  change: Partial<DecidedMail> = {},
  poNumber = `PO-${taskId}`,
): DecidedMail {
  const order = {
    id: orderIdFor(taskId),
    revision: 1,
    customerId,
    poNumber,
    lines: [chairs],
    total: 58_800 as Cents,
    currency: "EUR" as const,
  };
  return {
    taskId,
    keys: {
      taskId,
      sha256: `sha-${taskId}`,
      messageId: `<${taskId}@nordic.example>`,
      customerId,
      poNumber,
      fingerprint: "f",
    },
    mail: {
      sha256: `sha-${taskId}`,
      sizeBytes: 1_400,
      messageId: `<${taskId}@nordic.example>`,
      from: "ann@nordic.example",
      subject: `Order ${taskId}`,
      receivedAtMs: 1_000,
    },
    customerId,
    decision: { kind: "accept", order, reasons: [{ code: "all_lines_accepted", sentence: "All lines are accepted." }] },
    reply: replyTo(taskId),
    audit: [
      {
        kind: "mail_decided",
        atMs: 2_000,
        taskId,
        mailSha256: `sha-${taskId}`,
        orderId: order.id,
        detail: "accept",
        parserVersion: "p1",
      },
    ],
    decidedAtMs: 2_000,
    ...change,
  };
}

/** A mail that nobody answers: it waits for a person. */
export function reviewedMail(taskId: string): DecidedMail {
  const { reply: _reply, ...mail } = acceptedMail(taskId);
  return {
    ...mail,
    decision: { kind: "review", reasons: [{ code: "nothing_ordered", sentence: "Nothing is ordered." }] },
    review: { lines: [chairs] },
  };
}
