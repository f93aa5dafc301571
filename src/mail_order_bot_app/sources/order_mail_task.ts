import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { BlobId, BlobRef } from "../../app_runtime/contracts/blob_store.ts";
import type { JsonValue, Task, TaskDraft } from "../../app_runtime/contracts/task.ts";

export const orderMailKind = "order_mail";
const payloadVersion = 1;

/** What a mail source says of a mail; any source that says this much will do. */
export interface MailSeen {
  readonly messageId?: string;
  /** Lower case; anybody can write anything there. */
  readonly from?: string;
  /** Bytes. */
  readonly size: number;
  /** When our server got it, in milliseconds since 1970 UTC. */
  readonly internalDate: number;
  /** Absent when it was too large to fetch. */
  readonly blob?: BlobRef | undefined;
}

/** What the handler finds in the task. */
export interface OrderMailPayload {
  readonly blob?: BlobRef;
  readonly messageId?: string;
  readonly from?: string;
  readonly size: number;
  readonly internalDate: number;
}

/** The payload is not what this version of the bot writes. */
export class OrderMailPayloadError extends RuntimeError {
  readonly code = "BOT_PAYLOAD";
  override readonly failureClass = "permanent";

  constructor(task: Task, why: string) {
    super(
      `Task ${task.id} (${task.kind}, version ${task.schemaVersion}) is not an order mail of version ${payloadVersion}: ${why}.`,
    );
  }
}

/** A mail becomes one task; mails of one sender are handled one after the other, so that an amendment meets its order. */
export function orderMailTask(mail: MailSeen): Omit<TaskDraft, "id"> {
  const { messageId, from, size, internalDate, blob } = mail;
  return {
    kind: orderMailKind,
    schemaVersion: payloadVersion,
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

/** @throws {OrderMailPayloadError} */
export function orderMailPayload(task: Task): OrderMailPayload {
  if (task.kind !== orderMailKind) throw new OrderMailPayloadError(task, "its kind is another");
  if (task.schemaVersion !== payloadVersion) throw new OrderMailPayloadError(task, "its version is unknown");
  const { size, internalDate, blob, messageId, from } = fieldsOf(task);
  if (typeof size !== "number" || typeof internalDate !== "number") {
    throw new OrderMailPayloadError(task, "size and internalDate must be numbers");
  }
  return {
    size,
    internalDate,
    ...(blob === undefined ? {} : { blob: blobRef(task, blob) }),
    ...(typeof messageId === "string" ? { messageId } : {}),
    ...(typeof from === "string" ? { from } : {}),
  };
}

type Fields = Readonly<Record<string, JsonValue | undefined>>;

function fieldsOf(task: Task): Fields {
  const { payload } = task;
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
    throw new OrderMailPayloadError(task, "its payload is not an object");
  }
  return payload as Fields;
}

function blobRef(task: Task, blob: JsonValue): BlobRef {
  const { sha256, size } = (blob ?? {}) as Fields;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256) || typeof size !== "number") {
    throw new OrderMailPayloadError(task, "its blob reference is malformed");
  }
  return { sha256: sha256 as BlobId, size };
}
