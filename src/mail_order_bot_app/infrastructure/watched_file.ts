import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { DataFileError } from "./data_file_error.ts";

/** What a file's content means, or everything that is wrong with it, each problem as "path:line: sentence". */
export type FileReading<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Told whenever a change of the file was seen. */
export interface FileChange {
  readonly path: string;
  /** Empty: the new content is in use. Else the old one still is, and these are the reasons. */
  readonly problems: readonly string[];
}

export interface WatchedFileParts<T> {
  readonly path: string;
  readonly maxBytes: number;
  readonly read: (bytes: Uint8Array, path: string) => FileReading<T> | Promise<FileReading<T>>;
  readonly clock: Clock;
  readonly onChange?: ((change: FileChange) => void) | undefined;
}

/** A change is seen with the first look after this time. */
const recheckMs = 1_000;

/**
 * A file that may change while we run. It is looked at when it is needed, at most once a second, so that there is nothing to
 * start or stop; a change that cannot be used leaves the old content in force.
 */
export class WatchedFile<T> {
  readonly #parts: WatchedFileParts<T>;
  #value: T;
  #stamp: string;
  #checkedAt: number;
  #checking: Promise<void> | undefined;
  #problems: readonly string[] = [];

  /** @throws {DataFileError} if the file cannot be used now: there is no older content to fall back on. */
  static async open<T>(parts: WatchedFileParts<T>): Promise<WatchedFile<T>> {
    const stamp = await stampOf(parts.path);
    const reading = await load(parts);
    if (reading.kind === "problems") throw new DataFileError(parts.path, reading.problems);
    return new WatchedFile(parts, reading.value, stamp);
  }

  private constructor(parts: WatchedFileParts<T>, value: T, stamp: string) {
    this.#parts = parts;
    this.#value = value;
    this.#stamp = stamp;
    this.#checkedAt = parts.clock.now();
  }

  /** Why the newest content of the file is not in use; empty if it is. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** The newest usable content. Never rejects. */
  async current(): Promise<T> {
    if (this.#parts.clock.now() - this.#checkedAt >= recheckMs) {
      this.#checking ??= this.#check().finally(() => {
        this.#checking = undefined;
      });
      await this.#checking;
    }
    return this.#value;
  }

  async #check(): Promise<void> {
    const { path, clock, onChange } = this.#parts;
    const stamp = await stampOf(path);
    this.#checkedAt = clock.now();
    if (stamp === this.#stamp) return;
    const reading = await load(this.#parts);
    // The stamp from before the reading: a change in between is seen by the next look.
    this.#stamp = stamp;
    this.#problems = reading.kind === "problems" ? reading.problems : [];
    if (reading.kind === "value") this.#value = reading.value;
    onChange?.({ path, problems: this.#problems });
  }
}

async function load<T>({ path, maxBytes, read }: WatchedFileParts<T>): Promise<FileReading<T>> {
  try {
    const bytes = await readFile(path);
    if (bytes.byteLength <= maxBytes) return await read(bytes, path);
    return { kind: "problems", problems: [`${path}: it has ${bytes.byteLength} bytes; at most ${maxBytes} are read.`] };
  } catch (thrown) {
    return { kind: "problems", problems: [`${resolve(path)}: ${messageOf(thrown)}`] };
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}:${size}:${ino}`;
  } catch {
    return "missing";
  }
}
