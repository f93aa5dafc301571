import type { Publisher } from "../contracts/publisher.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { Task, TaskDraft, TaskId, TraceCarrier } from "../contracts/task.ts";
import type { PublishResult, TaskQueue } from "../contracts/task_queue.ts";
import type { TraceFactory } from "../contracts/trace_factory.ts";
import { checkDraft } from "./check_draft.ts";

/** While it is being made; conditional spreads would cost more than the queue. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Publishes into one queue, on behalf of one source or handler. */
export class BoundedPublisher implements Publisher {
  readonly #source: string;
  readonly #target: TaskQueue;
  readonly #traces: TraceFactory;
  readonly #events: EventChannel;
  readonly #configVersion: () => string;

  constructor(parts: {
    readonly source: string;
    readonly target: TaskQueue;
    readonly traces: TraceFactory;
    readonly events: EventChannel;
    readonly configVersion: () => string;
  }) {
    this.#source = parts.source;
    this.#target = parts.target;
    this.#traces = parts.traces;
    this.#events = parts.events;
    this.#configVersion = parts.configVersion;
  }

  get queue(): string {
    return this.#target.name;
  }

  prepare(draft: TaskDraft, parent?: TraceCarrier): Task {
    checkDraft(draft);
    const span = this.#traces.publish(this.#target.name, draft.id, parent);
    span.end();
    const task: Mutable<Task> = {
      id: draft.id as TaskId,
      kind: draft.kind,
      schemaVersion: draft.schemaVersion ?? 1,
      payload: draft.payload,
      priority: draft.priority ?? 0,
      source: this.#source,
      carrier: span.carrier,
      configVersion: this.#configVersion(),
    };
    if (draft.orderKey !== undefined) task.orderKey = draft.orderKey;
    if (draft.group !== undefined) task.group = draft.group;
    if (draft.notBefore !== undefined) task.notBefore = draft.notBefore;
    return task;
  }

  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult> {
    const published = this.#target.publish(task, options);
    return this.#events.heard ? this.#announced(task, published) : published;
  }

  room(): number {
    const { capacity, waiting, delayed, leased } = this.#target.stats();
    return Math.max(0, capacity - waiting - delayed - leased);
  }

  async #announced(task: Task, published: Promise<PublishResult>): Promise<PublishResult> {
    const result = await published;
    const unit = `source:${this.#source}`;
    this.#events.emit({ kind: "task.published", unit, taskId: task.id, queue: this.#target.name, result });
    return result;
  }
}
