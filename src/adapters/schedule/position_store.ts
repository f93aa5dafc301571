import type { Journal } from "../../app_runtime/contracts/journal.ts";
import type { SourceNote } from "../../app_runtime/contracts/unit_kind.ts";
import { readPosition, type SchedulePosition } from "./schedule_position.ts";

/** Keeps the position in the journal, and where other runtimes have a journal of their own, also where they see it. */
export class PositionStore {
  readonly #source: string;
  readonly #journal: Journal;
  readonly #note: SourceNote | undefined;

  constructor(parts: {
    readonly source: string;
    readonly journal: Journal;
    readonly note: SourceNote | undefined;
  }) {
    this.#source = parts.source;
    this.#journal = parts.journal;
    this.#note = parts.note;
  }

  async read(): Promise<SchedulePosition | undefined> {
    const own = readPosition(await this.#journal.checkpoint(this.#source));
    const common = readPosition(await this.#note?.read());
    if (own === undefined || common === undefined) return common ?? own;
    // Where the note is older than our own position, it was lost to an older one.
    return own.cadence === common.cadence && own.after > common.after ? own : common;
  }

  /** First those who would make the same run again, in a journal that does not know ours. */
  async tell(position: SchedulePosition): Promise<void> {
    await this.#note?.write({ ...position });
  }

  async keep(position: SchedulePosition): Promise<void> {
    await this.#journal.saveCheckpoint(this.#source, { ...position });
  }
}
