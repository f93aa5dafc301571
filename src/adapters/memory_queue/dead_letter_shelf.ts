import type { DeadLetter } from "../../app_runtime/contracts/dead_letter.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";

/** The newest `limit` dead letters, by task id. */
export class DeadLetterShelf {
  readonly #limit: number;
  readonly #letters = new Map<TaskId, DeadLetter>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#letters.size;
  }

  has(id: TaskId): boolean {
    return this.#letters.has(id);
  }

  find(id: TaskId): DeadLetter | undefined {
    return this.#letters.get(id);
  }

  /** Returns the letter that had to make room, if one had. */
  put(letter: DeadLetter): DeadLetter | undefined {
    this.#letters.delete(letter.task.id);
    this.#letters.set(letter.task.id, letter);
    if (this.#letters.size <= this.#limit) return undefined;
    const oldest = this.#letters.values().next().value;
    if (oldest !== undefined) this.#letters.delete(oldest.task.id);
    return oldest;
  }

  remove(id: TaskId): DeadLetter | undefined {
    const letter = this.#letters.get(id);
    this.#letters.delete(id);
    return letter;
  }

  drop(matches: (letter: DeadLetter) => boolean): void {
    for (const letter of this.#letters.values()) if (matches(letter)) this.#letters.delete(letter.task.id);
  }

  newestFirst(offset: number, limit: number): readonly DeadLetter[] {
    return [...this.#letters.values()].reverse().slice(offset, offset + limit);
  }
}
