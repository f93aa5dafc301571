import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makePrivateFile, type SqliteDatabase } from "../sqlite/index.ts";
import type { TellFact } from "./queue_fact.ts";
import { QueueFileGoneError, QueueFileTakenError } from "./sqlite_queue_errors.ts";

const claim = `INSERT INTO queue (one, name, numbers, waiting, delayed, leased, dead, finished)
  VALUES (1, ?, 2, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING`;

/**
 * The file of a queue, and what SQLite keeps beside it. SQLite goes on writing into files that were deleted or replaced
 * under it, and never says so.
 */
export class QueueFiles {
  readonly #path: string;
  readonly #makesDirectory: boolean;
  readonly #tell: TellFact;
  #file: number | undefined;
  #beside: readonly (number | undefined)[] = [];
  #gone: QueueFileGoneError | undefined;

  constructor(parts: { readonly path: string; readonly makesDirectory: boolean; readonly tell: TellFact }) {
    this.#path = parts.path;
    this.#makesDirectory = parts.makesDirectory;
    this.#tell = parts.tell;
  }

  make(): void {
    try {
      if (this.#makesDirectory) mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      makePrivateFile(this.#path);
    } catch {
      // Opening it will fail as well, and says why in words.
    }
  }

  /** @throws {QueueFileTakenError} */
  async claim(database: SqliteDatabase, queue: string): Promise<void> {
    await database.write([{ sql: claim, params: [queue] }]);
    const [row] = await database.read("SELECT name FROM queue WHERE one = 1");
    if (row?.name !== queue) throw new QueueFileTakenError(queue, this.#path, String(row?.name));
  }

  /** They have just been opened for the first time. */
  opened(): void {
    this.#file = inodeOf(this.#path);
    this.reopened();
  }

  /** SQLite may have made anew what stands beside the file. */
  reopened(): void {
    this.#beside = this.#seenBeside();
  }

  /** What is written now will not be found by whoever opens the queue next. As of the last check. */
  get gone(): QueueFileGoneError | undefined {
    return this.#gone;
  }

  check(): void {
    const areThere = this.#areThere;
    if (areThere === (this.#gone === undefined)) return;
    this.#gone = areThere ? undefined : new QueueFileGoneError(this.#path);
    if (this.#gone === undefined) this.#tell("info", "queue_available", "The queue's file is back.");
    else this.#tell("error", "queue_unavailable", this.#gone.message);
  }

  get #areThere(): boolean {
    const beside = this.#seenBeside();
    return inodeOf(this.#path) === this.#file && beside.every((inode, n) => inode === this.#beside[n]);
  }

  #seenBeside(): readonly (number | undefined)[] {
    return ["-wal", "-shm"].map((end) => inodeOf(this.#path + end));
  }
}

/** Undefined when there is no such file, or it cannot be reached. */
function inodeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    return undefined;
  }
}
