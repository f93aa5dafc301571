import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import { type FactFields, type FactKind, FactReporter, type IntakeFacts } from "../../app_runtime/intake/api.ts";

/** Everything an eml_folder source says about itself beyond the platform's own events, as `unit.fact`. */
export const emlFolderFacts = {
  eml_folder_opened: { level: "info", message: "Reading {directory}; {files} file(s) wait there." },
  eml_folder_failed: { level: "warn", message: "{sentence} Next try in {waitMs} ms." },
  eml_watch_unavailable: {
    level: "info",
    message: "The system does not tell of new files in {directory} ({why}); they are looked for every {everyMs} ms.",
  },
  eml_resumed: { level: "info", message: "{tasks} task(s) offered in an earlier run were published again." },
  eml_done_again: {
    level: "info",
    message: 'File "{file}" is a mail that was done before (task {taskId}); it is not handled again.',
  },
  eml_dead_again: {
    level: "warn",
    message: 'File "{file}" is a mail that was given up before; to try it again, retry dead letter {taskId}.',
  },
  eml_file_failed: { level: "warn", message: 'File "{file}" was given up and moved to failed/ (task {taskId}).' },
  eml_file_gone: { level: "info", message: 'File "{file}" was finished, and somebody else took it from new/.' },
  eml_file_replaced: {
    level: "warn",
    message: 'File "{file}" was changed after it was read; what it was is finished, what it is now is a new mail.',
  },
  eml_move_refused: { level: "warn", message: "{sentence} Trying again in {waitMs} ms." },
  eml_settling_unfinished: {
    level: "warn",
    message: "Stopping left finished files in new/ ({error}); the next start moves them.",
  },
  eml_file_set_aside: { level: "warn", message: 'File "{file}" stays in new/: {why}' },
  eml_mail_too_large: {
    level: "warn",
    message: 'File "{file}" has {size} bytes, more than maxMailSize, and is not read; its task says so.',
  },
  eml_no_task: { level: "error", message: 'No task could be made of file "{file}", it goes to failed/: {reason}' },
  eml_trouble: { level: "error", message: "{sentence} Trying again in {waitMs} ms." },
  eml_trouble_over: { level: "info", message: "{what} works again." },
} as const satisfies Record<string, FactKind>;

/** Reports facts of one source. */
export class EmlFolderFacts extends FactReporter<keyof typeof emlFolderFacts> implements IntakeFacts {
  constructor(events: EventChannel, source: string) {
    super(events, source, emlFolderFacts);
  }

  /** Whoever can drop a file can name it: no name may write lines of its own. */
  override report(code: keyof typeof emlFolderFacts, fields: FactFields = {}): void {
    const shown = Object.entries(fields).map(([name, value]) => [name, onOneLine(value)]);
    super.report(code, Object.fromEntries(shown));
  }

  trouble(sentence: string, waitMs: number): void {
    this.report("eml_trouble", { sentence, waitMs });
  }

  troubleOver(what: string): void {
    this.report("eml_trouble_over", { what });
  }

  resumed(tasks: number): void {
    this.report("eml_resumed", { tasks });
  }
}

/** A text without what moves the cursor or ends a line. */
export function onOneLine<T>(value: T): T | string {
  return typeof value === "string" ? value.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "?") : value;
}
