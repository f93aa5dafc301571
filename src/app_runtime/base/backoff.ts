/** Exponential growth with a cap. `jitter` spreads the delay by that share in both directions, so that many do not retry as one. */
export interface Backoff {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  /** What each step multiplies the delay with. */
  readonly factor: number;
  /** 0 to 1; 0.1 means ±10 %. */
  readonly jitter: number;
}

/** The delay before try number `step` + 1, where the first delay has step 0. `random` gives 0 ≤ r < 1. */
export function backoffDelay(backoff: Backoff, step: number, random: () => number): number {
  const grown = Math.min(backoff.maxDelayMs, backoff.initialDelayMs * backoff.factor ** Math.min(step, 64));
  const spread = 1 + backoff.jitter * (2 * random() - 1);
  return Math.min(backoff.maxDelayMs, Math.round(grown * spread));
}
