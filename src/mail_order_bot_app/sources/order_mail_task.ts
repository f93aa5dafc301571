import type { TaskDraft } from "../../app_runtime/contracts/task.ts";
import { type OrderMailPayload, orderMailTaskKind, orderMailVersion } from "../services/order_mail_payload.ts";

/** What a mail source says of a mail; any source that says this much will do. */
export interface MailSeen extends Omit<OrderMailPayload, "blob"> {
  readonly blob?: OrderMailPayload["blob"] | undefined;
}

/** A mail becomes one task; mails of one sender are handled one after the other, so that an amendment meets its order. */
export function orderMailTask(mail: MailSeen): Omit<TaskDraft, "id"> {
  const { messageId, from, size, internalDate, blob } = mail;
  return {
    kind: orderMailTaskKind,
    schemaVersion: orderMailVersion,
    payload: {
      size,
      internalDate,
      ...(blob === undefined ? {} : { blob: { sha256: blob.sha256, size: blob.size } }),
      ...(messageId === undefined ? {} : { messageId }),
      ...(from === undefined ? {} : { from }),
    },
    ...(from === undefined ? {} : { orderKey: from }),
  };
}
