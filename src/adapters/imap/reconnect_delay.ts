import type { ImapFailure } from "./imap_failure.ts";

/** Milliseconds. */
export interface ReconnectPolicy {
  readonly minMs: number;
  readonly maxMs: number;
  /** After a refused login. */
  readonly refusedMs: number;
}

/** A session that worked for this long makes the next failure count as the first. */
export const healthySessionMs = 60_000;

/** No server is asked again faster than this, whatever the dice say. */
const leastDelayMs = 50;

/** The longest wait a server can talk us into. */
const longestHintMs = 15 * 60_000;

/**
 * Back-off with full jitter: anything up to the doubled limit, so that many clients of a server that comes back do not
 * return as one. `streak` is the number of failures in a row before this one; `random` gives 0 ≤ r < 1.
 */
export function reconnectDelay(
  policy: ReconnectPolicy,
  failure: ImapFailure,
  streak: number,
  random: () => number,
): number {
  const refused = failure.kind === "wrong_password" || failure.kind === "token_refused";
  if (refused) return Math.round(policy.refusedMs * (0.8 + 0.4 * random()));
  const limit = Math.min(policy.maxMs, policy.minMs * 2 ** Math.min(streak, 30));
  const delay = Math.max(Math.min(leastDelayMs, policy.minMs), Math.round(random() * limit));
  return Math.max(delay, Math.min(failure.waitMs ?? 0, longestHintMs));
}
