import type { DeadLetterReason } from "../../app_runtime/contracts/dead_letter.ts";
import type { QueueSettings } from "../../app_runtime/contracts/task_queue.ts";

/** What the thread is told once. */
export interface BookSettings extends QueueSettings {
  readonly name: string;
}

/** A task as a row: what the database decides by, and the whole of it as JSON. */
export interface TaskRow {
  readonly id: string;
  readonly source: string;
  readonly orderKey: string | null;
  readonly group: string | null;
  readonly priority: number;
  /** Wall milliseconds; 0 for at once. */
  readonly dueAt: number;
  readonly body: string;
}

/** One hand-out: the row, and how often it has been handed out. A second hand-out has another count. */
export interface Lease {
  readonly seq: number;
  readonly leases: number;
}

/** With how often it was renewed, in this hand-out and those before. */
export interface RenewedLease extends Lease {
  readonly renewals: number;
}

/** A lease with what its end sets free. */
export interface HeldLease extends Lease {
  readonly id: string;
  readonly orderKey: string | null;
  readonly group: string | null;
}

export type Step =
  /** `admit: false` only asks whether it is a duplicate: others stand in line before it. */
  | { readonly kind: "publish"; readonly row: TaskRow; readonly admit: boolean }
  | { readonly kind: "ack"; readonly lease: HeldLease }
  | {
      readonly kind: "nack";
      readonly lease: HeldLease;
      readonly delayMs: number;
      readonly burnAttempt: boolean;
    }
  | {
      readonly kind: "bury";
      readonly lease: HeldLease;
      readonly reason: DeadLetterReason;
      readonly detail: string;
    }
  /** Handed out to nobody: as if it had not been. */
  | { readonly kind: "put_back"; readonly lease: HeldLease }
  /** Fallen silent: nobody has renewed it since it was last seen. */
  | { readonly kind: "expire"; readonly lease: RenewedLease }
  | { readonly kind: "renew"; readonly leases: readonly Lease[] }
  | { readonly kind: "withdraw"; readonly source: string }
  | { readonly kind: "retry_letter"; readonly id: string }
  | { readonly kind: "discard_letter"; readonly id: string }
  /** The wall clock was put back: no retry waits longer than its delay. */
  | { readonly kind: "clock_put_back" };

/** What each kind of step answers. */
export type StepResult = "stored" | "duplicate" | "full" | boolean | readonly boolean[] | null;

export interface Work {
  /** Wall milliseconds. */
  readonly now: number;
  readonly steps: readonly Step[];
  /** Hand out so many. */
  readonly take: number;
  /** The last `dataVersion`: with another, somebody else has written, and all leases are told. */
  readonly seenVersion: number;
}

export interface Taken extends HeldLease, RenewedLease {
  readonly attempt: number;
  readonly crashes: number;
  readonly body: string;
}

export interface SeenLease extends RenewedLease {
  readonly leaseMs: number;
}

export interface Counts {
  readonly waiting: number;
  readonly delayed: number;
  readonly leased: number;
  readonly dead: number;
}

export interface WorkDone {
  readonly results: readonly StepResult[];
  readonly taken: readonly Taken[];
  readonly counts: Counts;
  /** Ids of dead letters that had to make room. */
  readonly dropped: readonly string[];
  /** Every lease, when somebody else has written. */
  readonly leases?: readonly SeenLease[];
  readonly dataVersion: number;
  /** Wall milliseconds at which the next delayed task is due. */
  readonly nextDueAt?: number;
  /** Until the rate limit allows a hand-out. */
  readonly rateWaitMs: number;
  /** Wall milliseconds since when the oldest of those that could run waits. */
  readonly oldestSince?: number;
  /** There was more to do than one transaction should: ask again. */
  readonly more: boolean;
}
