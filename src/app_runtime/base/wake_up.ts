import type { Clock } from "./clock.ts";

/** Lets one loop sleep until somebody has news. A wake-up while it is awake is kept; several are one. */
export class WakeUp {
  #woken = false;
  #waiting: (() => void) | undefined;

  wake(): void {
    this.#woken = true;
    this.#waiting?.();
  }

  /** Drops a wake-up that was kept. */
  forget(): void {
    this.#woken = false;
  }

  /** Resolves at a wake-up, after `limitMs` (may be infinite), or when `signal` aborts; with whether it was a wake-up. */
  wait(clock: Clock, limitMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#woken || limitMs <= 0 || signal?.aborted) return Promise.resolve(this.#take());
    return new Promise((resolve) => {
      const finish = () => {
        timer?.[Symbol.dispose]();
        signal?.removeEventListener("abort", finish);
        this.#waiting = undefined;
        resolve(this.#take());
      };
      const timer = Number.isFinite(limitMs) ? clock.after(limitMs, finish) : undefined;
      signal?.addEventListener("abort", finish, { once: true });
      this.#waiting = finish;
    });
  }

  #take(): boolean {
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }
}
