import { close, write, writeSync } from "node:fs";
import { promisify } from "node:util";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { within } from "../../app_runtime/base/within.ts";

/** Writes some bytes of `buffer` and resolves with how many. */
export type WriteBytes = (buffer: Uint8Array) => Promise<number>;

export interface LineSinkParts {
  readonly fd: number;
  readonly clock: Clock;
  /** Called when writing works again after lines were lost. */
  readonly onRecovered: (lost: number, cause: string) => void;
  /** Lines beyond this many characters in memory are lost; 4 million unless told. */
  readonly maxBuffered?: number;
  readonly write?: WriteBytes;
}

const maxChunkLines = 200;
const busyRetryMs = 100;

/**
 * Appends lines to a file descriptor without ever making the runtime wait or fail. What cannot be written (disk full, reader
 * gone or too slow) is lost, counted, and said once it can be. pino's own destination is not used because its flush at exit
 * never ends on a full disk.
 */
export class LineSink {
  readonly #parts: LineSinkParts;
  readonly #maxBuffered: number;
  readonly #write: WriteBytes;
  #lines: string[] = [];
  #buffered = 0;
  #writing: Promise<void> | undefined;
  #lost = 0;
  #lostSinceRecovery = 0;
  #trouble: string | undefined;
  #midLine = false;

  constructor(parts: LineSinkParts) {
    this.#parts = parts;
    this.#maxBuffered = parts.maxBuffered ?? 4_000_000;
    this.#write = parts.write ?? (async (buffer) => (await promisify(write)(parts.fd, buffer)).bytesWritten);
  }

  /** Lines lost since the beginning. */
  get lost(): number {
    return this.#lost;
  }

  /** Why lines are being lost now; undefined while all is well. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** `line` ends with a newline. */
  readonly write = (line: string): void => {
    if (this.#buffered + line.length > this.#maxBuffered) {
      this.#lose(1, "whoever reads the log is too slow");
    } else {
      this.#lines.push(line);
      this.#buffered += line.length;
      this.#writing ??= this.#writeAll();
    }
  };

  /** Resolves when all lines are written or lost. @throws {TimeLimitError} */
  async flush(limitMs: number): Promise<void> {
    if (this.#writing === undefined) return;
    await within(this.#parts.clock, limitMs, "Writing the log", this.#writing);
  }

  /** The last resort while the process exits: one try, no waiting. What is being written at this moment is not repeated. */
  flushNow(): void {
    const rest = this.#lines.splice(0).join("");
    this.#buffered = 0;
    try {
      if (rest !== "") writeSync(this.#parts.fd, rest);
    } catch {
      // Nobody is left to be told.
    }
  }

  /** Writes what is left, for at most `limitMs`, and closes the descriptor unless it is the process's own. */
  async close(limitMs: number): Promise<void> {
    await this.flush(limitMs).catch(() => this.flushNow());
    if (this.#parts.fd > 2) await promisify(close)(this.#parts.fd);
  }

  async #writeAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const chunk = this.#lines.splice(0, maxChunkLines);
      const text = chunk.join("");
      this.#buffered -= text.length;
      await this.#writeChunk(text, chunk.length);
    }
    this.#writing = undefined;
  }

  async #writeChunk(text: string, lines: number): Promise<void> {
    let rest: Uint8Array = Buffer.from(this.#midLine ? `\n${text}` : text);
    try {
      while (rest.length > 0) {
        rest = rest.subarray(await this.#writeOrWait(rest));
        this.#midLine = rest.length > 0;
      }
      this.#recover();
    } catch (thrown) {
      this.#lose(lines, messageOf(thrown));
    }
  }

  /** A full pipe is not an error: its reader may come back, and meanwhile the buffer's bound protects us. */
  async #writeOrWait(bytes: Uint8Array): Promise<number> {
    try {
      return await this.#write(bytes);
    } catch (thrown) {
      if (Reflect.get(Object(thrown), "code") !== "EAGAIN") throw thrown;
      const turn = Promise.withResolvers<void>();
      using _timer = this.#parts.clock.after(busyRetryMs, turn.resolve);
      await turn.promise;
      return 0;
    }
  }

  #lose(lines: number, cause: string): void {
    this.#lost += lines;
    this.#lostSinceRecovery += lines;
    this.#trouble = cause;
  }

  #recover(): void {
    if (this.#trouble === undefined) return;
    const [lost, cause] = [this.#lostSinceRecovery, this.#trouble];
    this.#lostSinceRecovery = 0;
    this.#trouble = undefined;
    this.#parts.onRecovered(lost, cause);
  }
}
