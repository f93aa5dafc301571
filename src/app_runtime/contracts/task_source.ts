import type { HealthFinding } from "./health_contributor.ts";

/** What every source can say of itself; adapters add their own facts. */
export interface SourceStatus {
  /** `standby`: another runtime works it. */
  readonly state: "stopped" | "starting" | "running" | "paused" | "degraded" | "stopping" | "standby";
  /** Clock.now() of the last proof that the outside world answers (a finished scan, a push). */
  readonly lastProofAt?: number;
  /** Seen outside, not yet offered. */
  readonly backlog: number;
  /** Offered, not yet done or dead. */
  readonly inFlight: number;
  readonly published: number;
  readonly settled: number;
  readonly lastError?: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Produces tasks into a queue and, when their work is done, settles them outside (marks the mail \Seen). It never counts
 * attempts: retry belongs to the queue. Source: seed 003, "TaskSource".
 */
export interface TaskSource {
  readonly name: string;
  /** Resolves once it runs; an outside that is down is not a failure to start: it reconnects by itself. */
  start(): Promise<void>;
  /** Stops taking in new work at once; settling goes on until stop(). */
  quiesce(): Promise<void>;
  /** Settles what is done, closes its connections. Must finish soon after `signal` aborts. Idempotent. */
  stop(signal: AbortSignal): Promise<void>;
  /** No new work until resume(); settling goes on. Idempotent. */
  pause(): void;
  resume(): void;
  /** Look now instead of at the next tick. Several calls while it looks are one. */
  trigger(): void;
  status(): SourceStatus;
  /** Computed from flow: the last proof of life against what the config promises. */
  health(): HealthFinding;
}
