import type { Order } from "../domain/order.ts";
import type { OrderLine } from "../domain/order_line.ts";
import type { OutgoingMail } from "../domain/outgoing_mail.ts";
import type { AuditEvent } from "../services/audit_event.ts";
import type { DecidedMail, ReviewCase } from "../services/order_book.ts";
import type { SqlStatement, SqlValue } from "./sql_transactions.ts";

/** Places of the guarded statements in `rowsOf`: which guard did not hold says what was there before. */
export const decidedGuard = 0;
export const orderGuard = 1;

/** Everything that one decided mail writes, in an order that the foreign keys allow. */
export function rowsOf(decided: DecidedMail): readonly SqlStatement[] {
  const { decision, review, reply, audit } = decided;
  return [
    decidedRow(decided),
    ...(decision.kind === "accept" ? orderRows(decision.order, decided) : []),
    ...(review === undefined ? [] : [reviewRow(review, decided)]),
    ...(reply === undefined ? [] : [outboxRow(reply, decided)]),
    ...audit.map(auditRow),
  ];
}

/** The order a decided mail became; of an ignored copy, the order its original became. */
function orderIdOf({ decision }: DecidedMail): string | undefined {
  if (decision.kind === "accept") return decision.order.id;
  return decision.kind === "ignore" ? decision.earlierOrderId : undefined;
}

function decidedRow(decided: DecidedMail): SqlStatement {
  const { keys, mail, decision } = decided;
  return insert("decided_mail", "ON CONFLICT DO NOTHING", {
    task_id: decided.taskId,
    sha256: keys.sha256,
    message_id: keys.messageId,
    customer_id: keys.customerId,
    po_number: keys.poNumber,
    fingerprint: keys.fingerprint,
    decision: decision.kind,
    order_id: orderIdOf(decided),
    why: decision.reasons.map((reason) => reason.sentence).join(" "),
    reasons: JSON.stringify(decision.reasons),
    mail_from: mail.from,
    subject: mail.subject,
    size_bytes: mail.sizeBytes,
    received_at: mail.receivedAtMs,
    decided_at: decided.decidedAtMs,
  });
}

/** Of one customer, neither an order number nor a mail may become two orders, even if both arrive at the same moment. */
function orderRows(order: Order, { taskId, keys, decidedAtMs }: DecidedMail): readonly SqlStatement[] {
  const row = insert("orders", "ON CONFLICT DO NOTHING", {
    order_id: order.id,
    task_id: taskId,
    revision: order.revision,
    customer_id: order.customerId,
    po_number: order.poNumber,
    message_id: keys.messageId,
    total_cents: order.total,
    currency: order.currency,
    created_at: decidedAtMs,
  });
  return [row, ...order.lines.map((line) => lineRow(order, line))];
}

function lineRow(order: Order, line: OrderLine): SqlStatement {
  const { kind, ...detail } = line.state;
  return insert("order_line", "", {
    order_id: order.id,
    position: line.position,
    sku: line.sku,
    quantity: line.quantity,
    name: line.name,
    unit_price_cents: line.unitPrice,
    asked_price_cents: line.askedPrice,
    state: kind,
    state_detail: JSON.stringify(detail),
    origin: line.origin,
  });
}

function reviewRow(review: ReviewCase, { taskId, decidedAtMs }: DecidedMail): SqlStatement {
  return insert("review", "", {
    task_id: taskId,
    lines: JSON.stringify(review.lines),
    po_number: review.poNumber,
    related_order_id: review.relatedOrderId,
    opened_at: decidedAtMs,
  });
}

function outboxRow(reply: OutgoingMail, { taskId, decidedAtMs, carrier }: DecidedMail): SqlStatement {
  return insert("outbox", "", {
    task_id: taskId,
    message_id: reply.messageId,
    address: reply.to.address,
    mail: JSON.stringify(reply),
    carrier: JSON.stringify(carrier ?? {}),
    queued_at: decidedAtMs,
    next_try_at: decidedAtMs,
  });
}

function auditRow(event: AuditEvent): SqlStatement {
  return insert("audit", "", {
    at: event.atMs,
    kind: event.kind,
    task_id: event.taskId,
    mail_sha256: event.mailSha256,
    order_id: event.orderId,
    detail: event.detail,
    parser_version: event.parserVersion,
    config_version: event.configVersion,
    trace_id: event.traceId,
  });
}

/** By table: each is written by one function here, always with the same columns. */
const insertTexts = new Map<string, string>();

function insert(
  table: string,
  onConflict: string,
  columns: Readonly<Record<string, SqlValue | undefined>>,
): SqlStatement {
  let sql = insertTexts.get(table);
  if (sql === undefined) {
    sql = insertText(table, onConflict, Object.keys(columns));
    insertTexts.set(table, sql);
  }
  return { sql, params: Object.values(columns).map((value) => value ?? null), expectChanges: 1 };
}

/** Column names and tables come from this file alone, never from a mail. */
function insertText(table: string, onConflict: string, names: readonly string[]): string {
  const places = names.map(() => "?");
  return `INSERT INTO ${table} (${names.join(", ")}) VALUES (${places.join(", ")}) ${onConflict}`;
}
