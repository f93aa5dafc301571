import type { TaskId } from "../contracts/task.ts";

/** What this run of a source has done so far; for its decisions and for /status. */
export class RunLedger {
  /** Offered in this run, not yet done or dead. Bounded by what the queue holds and the window. */
  readonly inFlight = new Set<TaskId>();
  published = 0;
  settled = 0;
  dead = 0;
  /** Finished tasks whose source could not be told at the last try. */
  unmarked = 0;
}
