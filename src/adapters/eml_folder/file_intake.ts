import type { Clock } from "../../app_runtime/base/clock.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import type { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { Gate } from "../../app_runtime/intake/api.ts";
import type { FileReader, ReadFile } from "./file_reader.ts";

/** Hands out batches of files while the gate is open. */
export class FileIntake {
  readonly #gate: Gate;
  readonly #news: WakeUp;
  readonly #clock: Clock;
  readonly #reader: FileReader;
  readonly #onEmpty: () => void;

  /** `news` wakes it when a look has found something. */
  constructor(parts: {
    readonly gate: Gate;
    readonly news: WakeUp;
    readonly clock: Clock;
    readonly reader: FileReader;
    /** Everything listed was read. */
    readonly onEmpty: () => void;
  }) {
    this.#gate = parts.gate;
    this.#news = parts.news;
    this.#clock = parts.clock;
    this.#reader = parts.reader;
    this.#onEmpty = parts.onEmpty;
  }

  async nextBatch(signal: AbortSignal): Promise<readonly ReadFile[]> {
    for (;;) {
      await unlessAborted(signal, this.#gate.passed());
      const batch = await this.#reader.read();
      signal.throwIfAborted();
      if (batch !== undefined && batch.length > 0) return batch;
      if (batch !== undefined) continue;
      this.#onEmpty();
      await this.#news.wait(this.#clock, Number.POSITIVE_INFINITY, signal);
    }
  }
}
