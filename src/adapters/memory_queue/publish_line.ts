import type { Task } from "../../app_runtime/contracts/task.ts";
import type { PublishResult } from "../../app_runtime/contracts/task_queue.ts";

interface Waiting {
  readonly task: Task;
  readonly resolve: (result: PublishResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** Publishers that wait for room, first come, first served. Each waits in its own promise, so the line is as long as its callers. */
export class PublishLine {
  readonly #line = new Set<Waiting>();

  get length(): number {
    return this.#line.size;
  }

  wait(task: Task, signal: AbortSignal | undefined): Promise<PublishResult> {
    const { promise, resolve, reject } = Promise.withResolvers<PublishResult>();
    const waiting: Waiting = { task, resolve, reject };
    this.#line.add(waiting);
    if (signal === undefined) return promise;
    const giveUp = () => {
      this.#line.delete(waiting);
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** Lets the first in, if there is one: `store` says what became of its task. */
  admit(store: (task: Task) => PublishResult): void {
    const [first] = this.#line;
    if (first === undefined) return;
    this.#line.delete(first);
    first.resolve(store(first.task));
  }

  rejectAll(reason: unknown): void {
    for (const waiting of this.#line) waiting.reject(reason);
    this.#line.clear();
  }
}
