import type { CustomerId } from "./customer.ts";
import type { DecisionKind } from "./decision.ts";
import type { OrderId } from "./order_id.ts";

/** By what a mail is recognised when it comes again. */
export interface MailKeys {
  readonly taskId: string;
  readonly sha256: string;
  readonly messageId?: string;
  /** Only for trusted senders: nobody else may speak about a customer's orders. */
  readonly customerId?: CustomerId;
  readonly poNumber?: string;
  /** What is ordered, see `fingerprintOf`. */
  readonly fingerprint: string;
}

/** A mail that was decided before. */
export interface EarlierMail extends MailKeys {
  readonly decision: DecisionKind;
  /** The order it became, or, for an ignored copy, the order its original became. */
  readonly orderId?: OrderId;
}

/** `duplicate`: the same again; `amendment`: about the same order, but different; `message-id-reused`: cannot be the same mail. */
export type Repetition =
  | { readonly kind: "new" }
  | { readonly kind: "duplicate" | "amendment" | "message-id-reused"; readonly of: EarlierMail };

/**
 * Tells whether a mail has been seen before. Rows of the same task do not count: that is the same mail on its second try, and
 * neither do ignored mails, which never stood for anything. `certain`: everything in the mail was understood; else it may say
 * more than its order lines do ("please cancel"), and repeats no order.
 */
export function judgeRepetition(keys: MailKeys, earlier: readonly EarlierMail[], certain: boolean): Repetition {
  const others = earlier.filter((mail) => mail.taskId !== keys.taskId && mail.decision !== "ignore");
  const sameBytes = others.find((mail) => mail.sha256 === keys.sha256);
  if (sameBytes !== undefined) return { kind: "duplicate", of: sameBytes };
  if (keys.customerId === undefined) return { kind: "new" };
  const ofCustomer = others.filter((mail) => mail.customerId === keys.customerId);
  return sameMessage(keys, ofCustomer, certain) ?? samePurchaseOrder(keys, ofCustomer, certain) ?? { kind: "new" };
}

/** The same mail over two ways differs in its Received fields, so its bytes differ while its content does not. */
function sameMessage(keys: MailKeys, earlier: readonly EarlierMail[], certain: boolean): Repetition | undefined {
  const found = earlier.find((mail) => keys.messageId !== undefined && mail.messageId === keys.messageId);
  if (found === undefined) return undefined;
  const sameContent = found.fingerprint === keys.fingerprint && found.poNumber === keys.poNumber;
  const same = sameContent && (certain || found.decision !== "accept");
  return { kind: same ? "duplicate" : "message-id-reused", of: found };
}

/** A rejected order stands for nothing: the customer may send it again, corrected, under the same number. */
function samePurchaseOrder(keys: MailKeys, earlier: readonly EarlierMail[], certain: boolean): Repetition | undefined {
  const same = earlier.filter((mail) => keys.poNumber !== undefined && mail.poNumber === keys.poNumber);
  const found = same.find((mail) => mail.decision === "accept") ?? same.find((mail) => mail.decision === "review");
  if (found === undefined) return undefined;
  const again = certain && found.decision === "accept" && found.fingerprint === keys.fingerprint;
  return { kind: again ? "duplicate" : "amendment", of: found };
}
