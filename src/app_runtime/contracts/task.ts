import type { Brand } from "../base/brand.ts";

/** The idempotency key of a task: stable over retry, redelivery and redrive. At most 512 characters. */
export type TaskId = Brand<string, "TaskId">;

/** What can cross a queue: plain JSON. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** W3C trace context (https://www.w3.org/TR/trace-context/) that travels inside a task. */
export interface TraceCarrier {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** One unit of work in a queue. Immutable. Source: architecture, "The life of a task". */
export interface Task {
  readonly id: TaskId;
  /** What it is, for the handler: "mail.received". */
  readonly kind: string;
  /** Version of the payload's shape; a handler refuses one it does not know. */
  readonly schemaVersion: number;
  /** At most 1 MB as JSON; anything larger goes to the BlobStore and the payload carries its reference. */
  readonly payload: JsonValue;
  /** Tasks with one key run one at a time, in the order they were published, across retries. */
  readonly orderKey?: string;
  /** Of one group at most `groupLimit` (queue config) run at once. */
  readonly group?: string;
  /** -100 to 100, larger is sooner; ignored among tasks of one order key. */
  readonly priority: number;
  /** Not handed out before this time, in milliseconds since 1970 UTC. */
  readonly notBefore?: number;
  /** Name of the source that made it. */
  readonly source: string;
  readonly carrier: TraceCarrier;
  /** The configuration under which it was accepted. */
  readonly configVersion: string;
}

/** What a source or a handler says of a new task; the runtime fills in the rest. */
export interface TaskDraft {
  readonly id: string;
  readonly kind: string;
  readonly payload: JsonValue;
  readonly schemaVersion?: number;
  readonly orderKey?: string;
  readonly group?: string;
  readonly priority?: number;
  readonly notBefore?: number;
}
