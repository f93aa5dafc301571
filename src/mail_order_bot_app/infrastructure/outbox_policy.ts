import type { Backoff } from "../../app_runtime/base/backoff.ts";

/** How patiently replies are sent. */
export interface OutboxPolicy {
  /** Mails on their way at once. */
  readonly concurrency: number;
  /** Between two tries of a mail whose server said "not now". */
  readonly retry: Backoff;
  /** A mail put off for so long since it was queued is given up. */
  readonly giveUpAfterMs: number;
  /** Between two tries while the server cannot be reached; one mail probes for all. */
  readonly outage: Backoff;
  /** How long it relies on being told of new replies: another runtime queues them without a word. */
  readonly lookAfterMs: number;
  /** Between two tries while the database cannot be used. */
  readonly databaseRetryMs: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

export const outboxPolicy: OutboxPolicy = {
  concurrency: 2,
  retry: { initialDelayMs: 30_000, maxDelayMs: 30 * minuteMs, factor: 2, jitter: 0.1 },
  giveUpAfterMs: 4 * dayMs,
  outage: { initialDelayMs: 1_000, maxDelayMs: minuteMs, factor: 2, jitter: 0.1 },
  lookAfterMs: Number.POSITIVE_INFINITY,
  databaseRetryMs: 1_000,
};
