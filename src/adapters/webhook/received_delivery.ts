import type { BlobRef } from "../../app_runtime/contracts/blob_store.ts";
import type { JsonValue, TaskDraft } from "../../app_runtime/contracts/task.ts";

/** A request that was let in. */
export interface ReceivedDelivery {
  /** Name of the source that received it. */
  readonly source: string;
  /** The sender's name for it, or the digest of its body. */
  readonly deliveryId: string;
  /** Milliseconds since 1970 UTC. */
  readonly receivedAt: number;
  /** Those of its headers that `task.headers` lists, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
  /** The body's bytes in the blob store, when they are more than a task can carry. */
  readonly blob?: BlobRef;
}

/**
 * Given by the application: what a delivery becomes. What it leaves out is made as the configuration says. A delivery it
 * throws on is refused, and its sender is told so; the words of the error are for the log alone.
 */
export type DeliveryToTask = (delivery: ReceivedDelivery) => Partial<Omit<TaskDraft, "id">>;
