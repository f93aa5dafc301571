import type { DeadLetter, DeadLetterReason } from "../contracts/dead_letter.ts";

/** Which dead letters are meant; a letter must match all that is given. */
export interface DeadLetterFilter {
  readonly reason?: DeadLetterReason;
  /** The task's source. */
  readonly source?: string;
  /** The task's kind. */
  readonly kind?: string;
  /** Milliseconds since 1970 UTC, exclusive. */
  readonly diedBefore?: number;
  /** Milliseconds since 1970 UTC, exclusive. */
  readonly diedAfter?: number;
}

export function matches(filter: DeadLetterFilter, letter: DeadLetter): boolean {
  return (
    (filter.reason === undefined || letter.reason === filter.reason) &&
    (filter.source === undefined || letter.task.source === filter.source) &&
    (filter.kind === undefined || letter.task.kind === filter.kind) &&
    (filter.diedBefore === undefined || letter.diedAt < filter.diedBefore) &&
    (filter.diedAfter === undefined || letter.diedAt > filter.diedAfter)
  );
}
