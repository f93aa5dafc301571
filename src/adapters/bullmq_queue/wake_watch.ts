import type { Clock } from "../../app_runtime/base/clock.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import type { RedisConnection } from "../redis/index.ts";

/** One wait lasts at most this long, so that a connection that has died in silence is found out. */
const waitSeconds = 5;
const retryMs = 200;

/** Waits on BullMQ's marker, over a connection of its own: whoever publishes a task, in whichever runtime, puts it there. */
export class WakeWatch {
  readonly #connection: RedisConnection;
  readonly #marker: string;
  readonly #clock: Clock;
  readonly #answerMs: number;
  readonly #onWake: (dueAt: number | undefined) => void;
  readonly #closing = new AbortController();
  #waiting = false;

  constructor(parts: {
    readonly connection: RedisConnection;
    readonly marker: string;
    readonly clock: Clock;
    readonly answerMs: number;
    /** Something may be there: now (0), or at that time of Redis; undefined when the wait ended without news. */
    readonly onWake: (dueAt: number | undefined) => void;
  }) {
    this.#connection = parts.connection;
    this.#marker = parts.marker;
    this.#clock = parts.clock;
    this.#answerMs = parts.answerMs;
    this.#onWake = parts.onWake;
  }

  get isWaiting(): boolean {
    return this.#waiting;
  }

  watch(): void {
    if (this.#waiting || !this.#connection.isReady) return;
    this.#waiting = true;
    void this.#wait();
  }

  close(): void {
    this.#closing.abort();
  }

  async #wait(): Promise<void> {
    let dueAt: number | undefined;
    using _limit = this.#clock.after(waitSeconds * 1_000 + this.#answerMs, () => this.#connection.renew());
    try {
      const popped = await this.#connection.client.bzpopmin(this.#marker, waitSeconds);
      dueAt = popped === null ? undefined : Number(popped[2]);
    } catch {
      // The connection is gone and comes back by itself, or the server refuses for a while.
      await sleep(this.#clock, retryMs, this.#closing.signal);
    } finally {
      this.#waiting = false;
    }
    this.#onWake(dueAt);
  }
}
