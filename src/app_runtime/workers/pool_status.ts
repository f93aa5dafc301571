import type { WorkerState } from "../contracts/worker.ts";
import type { FailureStreak } from "./task_runner.ts";
import type { PoolCounts } from "./worker_pool.ts";

/** What /status shows of a pool. */
export interface PoolStatus {
  readonly name: string;
  readonly queue: string;
  readonly state: "running" | "paused" | "draining" | "stopped";
  readonly concurrency: number;
  readonly busy: number;
  /** Workers given up after too many failures. */
  readonly lost: number;
  readonly braking: boolean;
  /** The runs that have failed since the last one that was done. */
  readonly streak?: FailureStreak;
  readonly counts: PoolCounts;
  readonly workers: readonly { readonly name: string; readonly state: WorkerState }[];
}
