import { statSync } from "node:fs";

/**
 * The file of an open queue, and what SQLite keeps beside it. SQLite goes on writing into files that were deleted or replaced
 * under it, and never says so.
 */
export class QueueFiles {
  readonly #path: string;
  #file: number | undefined;
  #beside: readonly (number | undefined)[] = [];

  constructor(path: string) {
    this.#path = path;
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

  /** What is written now will be found by whoever opens the queue next. */
  get areThere(): boolean {
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
