import { type Backoff, backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { TellFact } from "./queue_fact.ts";

const pauses: Backoff = { initialDelayMs: 100, maxDelayMs: 5_000, factor: 2, jitter: 0 };

/** A full disk lets through what needs no room: it is over when nothing has been refused for so long. */
const calmMs = 5_000;

/** The database does not answer, or refuses: told once, tried again after growing pauses until it works. */
export class Outage {
  readonly #clock: Clock;
  readonly #tell: TellFact;
  readonly #onRetry: () => void;
  #failures = 0;
  #trouble: string | undefined;
  #retry: Disposable | undefined;
  /** Clock.now() when it may be over. */
  #calmAt = 0;
  #calm: Disposable | undefined;

  constructor(parts: { readonly clock: Clock; readonly tell: TellFact; readonly onRetry: () => void }) {
    this.#clock = parts.clock;
    this.#tell = parts.tell;
    this.#onRetry = parts.onRetry;
  }

  /** Nothing is tried until the pause is over. */
  get pausing(): boolean {
    return this.#retry !== undefined;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  failed(error: unknown, { retry }: { readonly retry: boolean }): void {
    this.#trouble = messageOf(error);
    if (this.#failures === 0) this.#tell("error", "queue_unavailable", this.#trouble);
    this.#failures += 1;
    this.#calmAt = this.#clock.now() + (Reflect.get(Object(error), "code") === "DATABASE_FULL" ? calmMs : 0);
    if (!retry) return;
    this.stop();
    this.#retry = this.#clock.after(
      backoffDelay(pauses, this.#failures - 1, () => 0),
      () => {
        this.#retry = undefined;
        this.#onRetry();
      },
    );
  }

  /** The database has answered. */
  over(): void {
    if (this.#failures === 0) return;
    this.stop();
    const calmInMs = this.#calmAt - this.#clock.now();
    if (calmInMs > 0) {
      this.#calm = this.#clock.after(calmInMs, () => this.over());
      return;
    }
    this.#failures = 0;
    this.#trouble = undefined;
    this.#tell("info", "queue_available", "The queue's database answers again.");
  }

  stop(): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = undefined;
    this.#calm?.[Symbol.dispose]();
    this.#calm = undefined;
  }
}
