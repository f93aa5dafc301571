import { type Backoff, backoffDelay } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { sleep } from "../base/sleep.ts";

const outageAfter = 5;
const probing: Backoff = { initialDelayMs: 1_000, maxDelayMs: 60_000, factor: 2, jitter: 0.1 };

/**
 * Slows a pool down to one task per back-off step once five tasks in a row have failed because something outside is down,
 * and lets go at the first success. Failing every waiting task against a dead server would help nobody.
 */
export class OutageBrake {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onBegin: (failures: number, error: string) => void;
  readonly #onEnd: (lastedMs: number) => void;
  #failures = 0;
  #since: number | undefined;
  #ended = new AbortController();
  /** Workers line up behind this promise; each step of the back-off lets one through. */
  #line: Promise<void> = Promise.resolve();

  constructor(parts: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly onBegin: (failures: number, error: string) => void;
    readonly onEnd: (lastedMs: number) => void;
  }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#onBegin = parts.onBegin;
    this.#onEnd = parts.onEnd;
  }

  get braking(): boolean {
    return this.#since !== undefined;
  }

  /** How long a failed task waits before it is handed out again. */
  retryDelayMs(): number {
    return backoffDelay(probing, Math.max(0, this.#failures - outageAfter), this.#random);
  }

  failed(error: string): void {
    this.#failures += 1;
    if (this.#failures < outageAfter || this.#since !== undefined) return;
    this.#since = this.#clock.now();
    this.#ended = new AbortController();
    this.#onBegin(this.#failures, error);
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#since === undefined) return;
    const lastedMs = this.#clock.now() - this.#since;
    this.#since = undefined;
    this.#ended.abort();
    this.#onEnd(lastedMs);
  }

  /** Nobody will probe any more. True when it was braking. */
  release(): boolean {
    const wasBraking = this.braking;
    this.#since = undefined;
    this.#failures = 0;
    this.#ended.abort();
    return wasBraking;
  }

  /** Resolves when the next task may be taken; asked only while braking. */
  permit(signal: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([signal, this.#ended.signal]);
    this.#line = this.#line.then(() => sleep(this.#clock, this.retryDelayMs(), stop));
    return this.#line;
  }
}
