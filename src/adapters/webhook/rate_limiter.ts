/** Lets through at most `deliveries` at once and `deliveries` per `perMs` in the long run (a token bucket). */
export class RateLimiter {
  readonly #deliveries: number;
  readonly #perMs: number;
  #tokens: number;
  #countedAt: number;

  /** `now` is Clock.now(), here and below. */
  constructor(limit: { readonly deliveries: number; readonly perMs: number }, now: number) {
    this.#deliveries = limit.deliveries;
    this.#perMs = limit.perMs;
    this.#tokens = limit.deliveries;
    this.#countedAt = now;
  }

  /** Undefined when one more may come in; otherwise in how many milliseconds. */
  take(now: number): number | undefined {
    const perToken = this.#perMs / this.#deliveries;
    this.#tokens = Math.min(this.#deliveries, this.#tokens + (now - this.#countedAt) / perToken);
    this.#countedAt = now;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) * perToken);
    this.#tokens -= 1;
    return undefined;
  }
}
