import type { EventChannel, HealthContributor } from "../app_runtime/index.ts";
import type { FileChange } from "./infrastructure/watched_file.ts";

/** Anything read from a file that may change while we run. */
interface DataFile {
  /** Why a changed file is not in use; empty if the newest content is. */
  readonly problems: readonly string[];
}

/** Warns as long as a changed file is not in use, with the first reason. */
export function dataFileHealth(name: string, file: DataFile): HealthContributor {
  return {
    name,
    required: false,
    check: () => {
      const [first] = file.problems;
      if (first === undefined) return { state: "pass" };
      const more = file.problems.length > 1 ? ` (and ${file.problems.length - 1} more)` : "";
      return { state: "warn", output: `The changed file is not in use: ${first}${more}. The content before it is.` };
    },
  };
}

/** Tells the log of each change of a data file, taken or refused. */
export function tellFileChanges(events: EventChannel): (change: FileChange) => void {
  return ({ path, problems }) => {
    const refused = problems.length > 0;
    events.emit({
      kind: "unit.fact",
      unit: "app:mail_order_bot",
      code: refused ? "DATA_FILE_REFUSED" : "DATA_FILE_APPLIED",
      level: refused ? "warn" : "info",
      message: refused
        ? `${path} was changed but cannot be used: ${problems.join("; ")}`
        : `${path} was changed and is in use.`,
      fields: { path },
    });
  };
}
