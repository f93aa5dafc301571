import { authenticateSender, claimedAddress, type Sender } from "../domain/authenticate_sender.ts";
import { classifyMail, type MailClass } from "../domain/classify_mail.ts";
import { confirmationOrderId } from "../domain/confirmation_id.ts";
import { undeliverableOrder } from "../domain/delivery_report.ts";
import type { MailKeys } from "../domain/duplicates.ts";
import type { IncomingMail, UnreadableMail } from "../domain/incoming_mail.ts";
import { fingerprintOf } from "../domain/order.ts";
import type { OrderId } from "../domain/order_id.ts";
import { judgeLines, type OrderLine } from "../domain/order_line.ts";
import type { Catalogue } from "./catalogue.ts";
import type { CustomerDirectory } from "./customer_directory.ts";
import type { OrderRules } from "./order_rules.ts";
import { nothingRead, type OrderReading, readOrder } from "./read_order.ts";
import type { TableReader } from "./table_reader.ts";

export interface UnderstandingParts {
  readonly customers: CustomerDirectory;
  readonly catalogue: Catalogue;
  readonly tables: TableReader;
  readonly rules: OrderRules;
}

/** A mail that gave away nothing but its outside. */
export interface NotUnderstood {
  readonly kind: "not-understood";
  readonly mail: UnreadableMail;
  readonly keys: MailKeys;
}

/** Everything a mail tells on its own, before it is held against what came earlier. */
export interface Understanding {
  readonly kind: "understood";
  readonly mail: IncomingMail;
  readonly mailClass: MailClass;
  readonly sender: Sender;
  readonly reading: OrderReading;
  /** The requested lines, held against the catalogue. */
  readonly lines: readonly OrderLine[];
  readonly undeliverable?: OrderId;
  readonly answersOrder?: OrderId;
  readonly keys: MailKeys;
}

/** Finds out who wrote a mail, what kind of mail it is, what it orders and what the catalogue says to that. */
export async function understandMail(
  mail: IncomingMail | UnreadableMail,
  taskId: string,
  parts: UnderstandingParts,
): Promise<Understanding | NotUnderstood> {
  if (mail.kind === "unreadable") return { kind: "not-understood", mail, keys: outerKeys(mail, taskId) };
  const { identity, authservId } = parts.rules;
  const mailClass = classifyMail(mail, identity);
  const address = claimedAddress(mail);
  const sender = authenticateSender(
    mail,
    address === undefined ? {} : await parts.customers.match(address),
    authservId,
  );
  const reading = await readIfWorthwhile(mail, mailClass, sender, parts);
  const lines = await heldAgainstCatalogue(reading, sender, parts);
  const undeliverable = mailClass.kind === "report" ? undeliverableOrder(mail, identity) : undefined;
  const answersOrder = [...mail.inReplyTo, ...mail.references.slice(-1)]
    .map((messageId) => confirmationOrderId(messageId, identity))
    .find((orderId) => orderId !== undefined);
  return {
    kind: "understood",
    mail,
    mailClass,
    sender,
    reading,
    lines,
    ...(undeliverable && { undeliverable }),
    ...(answersOrder && { answersOrder }),
    keys: keysOf(mail, taskId, sender, reading),
  };
}

/** Nobody's mail has no way of writing numbers, and what we wrote ourselves holds no order. */
function readIfWorthwhile(
  mail: IncomingMail,
  mailClass: MailClass,
  sender: Sender,
  parts: UnderstandingParts,
): OrderReading | Promise<OrderReading> {
  if (sender.customer === undefined || mailClass.kind === "loop" || mailClass.kind === "report") return nothingRead;
  return readOrder(mail, sender.customer, parts.tables);
}

async function heldAgainstCatalogue(
  { lines }: OrderReading,
  { customer }: Sender,
  { catalogue, rules }: UnderstandingParts,
): Promise<readonly OrderLine[]> {
  if (customer === undefined || lines.length === 0) return [];
  const articles = await catalogue.articles(new Set(lines.map((line) => line.sku)));
  return judgeLines(lines, articles, { maxQuantity: rules.maxQuantity, priceTolerance: customer.priceTolerance });
}

function keysOf(mail: IncomingMail, taskId: string, sender: Sender, reading: OrderReading): MailKeys {
  return {
    ...outerKeys(mail, taskId),
    ...(sender.kind === "trusted" && { customerId: sender.customer.id }),
    ...(reading.poNumber !== undefined && { poNumber: reading.poNumber }),
    fingerprint: fingerprintOf(reading.lines),
  };
}

function outerKeys(mail: IncomingMail | UnreadableMail, taskId: string): MailKeys {
  const { sha256, messageId } = mail;
  return { taskId, sha256, ...(messageId !== undefined && { messageId }), fingerprint: fingerprintOf([]) };
}
