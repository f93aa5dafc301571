import type { TaskId } from "../../app_runtime/contracts/task.ts";

/** What a folder holds that a source would take, and what it would leave. */
export interface InboxCounts {
  /** All mails of the folder. */
  readonly mails: number;
  /** Without the done flag, not given up, not deleted. */
  readonly open: number;
  /** Of those: older than what is taken. */
  readonly tooOld: number;
  /** Of those: over `maxMailSize`, so that only their headers are read. */
  readonly tooLarge: number;
  /** Of those: known to the journal, under their number or by their content. They are not handled again. */
  readonly known: number;
}

/** One source of a dry run, as it was found. */
export interface InboxPreview {
  readonly source: string;
  readonly host: string;
  readonly user: string;
  readonly folder: string;
  readonly found:
    | { readonly kind: "failed"; readonly sentence: string }
    | {
        readonly kind: "looked";
        readonly counts: InboxCounts;
        /** The newest of those that would be taken, oldest first; their mails were handed to the application. */
        readonly offered: readonly TaskId[];
      };
}
