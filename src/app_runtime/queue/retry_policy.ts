import { type Backoff, backoffDelay } from "../base/backoff.ts";

/** How often a task is tried, and how long between two tries. Retry belongs to the queue alone: sources never count. */
export interface RetryPolicy extends Backoff {
  readonly attempts: number;
}

export type RetryDecision =
  | { readonly kind: "again"; readonly delayMs: number }
  | { readonly kind: "exhausted"; readonly attempts: number };

/** After attempt number `attempt` (from 1) failed. A delay the handler asked for goes before the policy's own. */
export function decideRetry(
  policy: RetryPolicy,
  attempt: number,
  askedDelayMs: number | undefined,
  random: () => number,
): RetryDecision {
  if (attempt >= policy.attempts) return { kind: "exhausted", attempts: attempt };
  return { kind: "again", delayMs: askedDelayMs ?? backoffDelay(policy, attempt - 1, random) };
}
