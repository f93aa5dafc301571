import type { JournalRow } from "../contracts/journal.ts";
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

  /** The source was told how these ended. */
  told(rows: readonly JournalRow[]): void {
    for (const { task, state } of rows) {
      this.inFlight.delete(task.id);
      if (state === "dead") this.dead += 1;
      else this.settled += 1;
    }
  }
}
