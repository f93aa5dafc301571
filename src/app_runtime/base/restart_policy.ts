import { type Backoff, backoffDelay } from "./backoff.ts";

/** How often and how fast a unit that fails is started again. */
export interface RestartPolicy extends Backoff {
  /** At most this many restarts ... */
  readonly maxRestarts: number;
  /** ... within this time; then the unit is `failed` until someone starts it. */
  readonly withinMs: number;
  /** A run at least this long counts as healthy and resets the back-off. */
  readonly stableAfterMs: number;
}

/** What is remembered between two failures: times are monotonic milliseconds. */
export interface RestartHistory {
  readonly restartedAt: readonly number[];
  /** Failures in a row without a stable run between them. */
  readonly streak: number;
}

/** A run that ended although nobody asked it to. */
export interface UnitExit {
  readonly startedAt: number;
  readonly endedAt: number;
}

export type RestartDecision =
  | { readonly kind: "restart"; readonly atMs: number; readonly history: RestartHistory }
  | { readonly kind: "give-up"; readonly restarts: number; readonly withinMs: number };

export const noRestarts: RestartHistory = { restartedAt: [], streak: 0 };

/** One pure step of supervision, shared by every supervisor: restart at a time, or give up and say so. */
export function decideRestart(
  policy: RestartPolicy,
  history: RestartHistory,
  exit: UnitExit,
  random: () => number,
): RestartDecision {
  const recent = history.restartedAt.filter((at) => exit.endedAt - at < policy.withinMs);
  if (recent.length >= policy.maxRestarts) {
    return { kind: "give-up", restarts: recent.length, withinMs: policy.withinMs };
  }
  const streak = exit.endedAt - exit.startedAt >= policy.stableAfterMs ? 0 : history.streak;
  const atMs = exit.endedAt + backoffDelay(policy, streak, random);
  return { kind: "restart", atMs, history: { restartedAt: [...recent, atMs], streak: streak + 1 } };
}
