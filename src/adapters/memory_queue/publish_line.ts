import { Fifo } from "../../app_runtime/base/fifo.ts";
import type { Task } from "../../app_runtime/contracts/task.ts";
import type { PublishResult } from "../../app_runtime/contracts/task_queue.ts";

interface Waiting {
  readonly task: Task;
  readonly resolve: (result: PublishResult) => void;
  readonly reject: (reason: unknown) => void;
  gone: boolean;
}

/** Publishers that wait for room, first come, first served. Each waits in its own promise, so the line is as long as its callers. */
export class PublishLine {
  readonly #line = new Fifo<Waiting>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  wait(task: Task, signal: AbortSignal | undefined): Promise<PublishResult> {
    const { promise, resolve, reject } = Promise.withResolvers<PublishResult>();
    const waiting: Waiting = { task, resolve, reject, gone: false };
    this.#line.push(waiting);
    this.#length += 1;
    if (signal === undefined) return promise;
    const giveUp = () => this.#leave(waiting, signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** Lets the first in, if there is one: `store` says what became of its task. */
  admit(store: (task: Task) => PublishResult): void {
    for (let first = this.#line.shift(); first !== undefined; first = this.#line.shift()) {
      if (first.gone) continue;
      this.#length -= 1;
      first.resolve(store(first.task));
      return;
    }
  }

  rejectAll(reason: unknown): void {
    for (let first = this.#line.shift(); first !== undefined; first = this.#line.shift()) this.#leave(first, reason);
  }

  #leave(waiting: Waiting, reason: unknown): void {
    if (waiting.gone) return;
    waiting.gone = true;
    this.#length -= 1;
    waiting.reject(reason);
  }
}
