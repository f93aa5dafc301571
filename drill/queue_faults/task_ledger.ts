import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A line of the ledger. Times are Date.now(), of processes on one machine. */
export type LedgerEntry = {
  readonly id: string;
  readonly pid: number;
  readonly at: number;
} & (
  | { readonly what: "accepted"; readonly duplicate: boolean; readonly orderKey?: string }
  | { readonly what: "started"; readonly attempt: number; readonly crashes: number }
  /** The handler was told to stop. */
  | { readonly what: "told" }
  /** The handler reached its effect; `first` of all who did. */
  | { readonly what: "effect"; readonly first: boolean }
  | { readonly what: "done" }
  | { readonly what: "requeued" }
  | { readonly what: "dead"; readonly reason: string }
);

/** What an entry says beyond who, when and about what. */
type Said<E> = E extends LedgerEntry ? Omit<E, "id" | "pid" | "at"> : never;

/**
 * What happened to each task, written by all processes of a drill into one file outside of what is tried out. One write is one
 * line, appended by the operating system, so that a SIGKILL leaves no half of it.
 */
export class TaskLedger {
  readonly #file: number;
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#file = openSync(join(directory, ledgerName), "a");
  }

  note(id: string, said: Said<LedgerEntry>): void {
    writeSync(this.#file, `${JSON.stringify({ id, pid: process.pid, at: Date.now(), ...said })}\n`);
  }

  /** The effect of a task, kept from happening twice by a unique key: here a file that only one can create. */
  effect(id: string): void {
    const first = created(join(this.#directory, "effects", encodeURIComponent(id)));
    this.note(id, { what: "effect", first });
  }
}

/** All lines so far; one of which a part is there yet will be in the next answer. */
export function readTaskLedger(directory: string): readonly LedgerEntry[] {
  const text = readFileSync(join(directory, ledgerName), { encoding: "utf8", flag: "a+" });
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LedgerEntry);
}

const ledgerName = "ledger.jsonl";

function created(path: string): boolean {
  try {
    closeSync(openSync(path, "wx"));
    return true;
  } catch (error) {
    if (Reflect.get(Object(error), "code") === "EEXIST") return false;
    throw error;
  }
}
