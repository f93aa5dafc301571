import type { PublishResult } from "../../app_runtime/contracts/task_queue.ts";
import type { TaskRow } from "./queue_protocol.ts";

interface Waiting {
  readonly row: TaskRow;
  readonly resolve: (result: PublishResult) => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal | undefined;
  /** The database is being asked whether there is room now. */
  asked: boolean;
}

/** Publishers that wait for room, first come, first served. */
export class PublishLine {
  readonly #line = new Set<Waiting>();

  get length(): number {
    return this.#line.size;
  }

  wait(row: TaskRow, signal: AbortSignal | undefined): Promise<PublishResult> {
    const { promise, resolve, reject } = Promise.withResolvers<PublishResult>();
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const waiting: Waiting = { row, resolve, reject, signal, asked: false };
    this.#line.add(waiting);
    if (signal === undefined) return promise;
    const giveUp = () => {
      if (!waiting.asked) this.#giveUp(waiting);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** Asks for the first `room` of those who wait; who is refused keeps his place. */
  admit(room: number, publish: (row: TaskRow) => Promise<PublishResult | "full">): void {
    let left = room;
    for (const waiting of this.#line) {
      if (left <= 0) return;
      left -= 1;
      if (waiting.asked) continue;
      waiting.asked = true;
      publish(waiting.row).then(
        (result) => this.#answered(waiting, result),
        (error: unknown) => this.#leave(waiting, () => waiting.reject(error)),
      );
    }
  }

  rejectAll(reason: unknown): void {
    for (const waiting of this.#line) if (!waiting.asked) this.#leave(waiting, () => waiting.reject(reason));
  }

  #answered(waiting: Waiting, result: PublishResult | "full"): void {
    waiting.asked = false;
    if (result !== "full") this.#leave(waiting, () => waiting.resolve(result));
    else if (waiting.signal?.aborted === true) this.#giveUp(waiting);
  }

  #giveUp(waiting: Waiting): void {
    this.#leave(waiting, () => waiting.reject(waiting.signal?.reason));
  }

  #leave(waiting: Waiting, settle: () => void): void {
    if (this.#line.delete(waiting)) settle();
  }
}
