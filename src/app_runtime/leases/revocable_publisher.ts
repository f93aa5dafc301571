import { LeaseFencedError } from "../contracts/lease.ts";
import type { Publisher } from "../contracts/publisher.ts";
import type { Task, TaskDraft, TraceCarrier } from "../contracts/task.ts";
import type { PublishResult } from "../contracts/task_queue.ts";

/** A source's way into its queue, until the source is lost: what it was about to publish then must not come in late. */
export class RevocablePublisher implements Publisher {
  readonly #inner: Publisher;
  readonly #revoked = new AbortController();

  constructor(inner: Publisher) {
    this.#inner = inner;
  }

  get queue(): string {
    return this.#inner.queue;
  }

  prepare(draft: TaskDraft, parent?: TraceCarrier): Task {
    return this.#inner.prepare(draft, parent);
  }

  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult> {
    const { signal } = this.#revoked;
    const both = options?.signal === undefined ? signal : AbortSignal.any([options.signal, signal]);
    return this.#inner.publish(task, { signal: both });
  }

  room(): number {
    return this.#inner.room();
  }

  /** From now on nothing comes in; whoever waits for room is refused. */
  revoke(source: string): void {
    this.#revoked.abort(new LeaseFencedError(`the source "${source}"`));
  }
}
