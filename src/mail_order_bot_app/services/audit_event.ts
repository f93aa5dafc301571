import type { OrderId } from "../domain/order_id.ts";

/** One fact of the append-only trail of a mail. */
export interface AuditEvent {
  readonly kind: "mail_decided" | "order_created" | "review_opened" | "reply_queued" | "reply_withheld";
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly taskId: string;
  readonly mailSha256: string;
  readonly orderId?: OrderId;
  /** One sentence. */
  readonly detail: string;
  readonly parserVersion: string;
  readonly configVersion?: string;
  readonly traceId?: string;
}
