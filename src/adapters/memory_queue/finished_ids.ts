import type { TaskId } from "../../app_runtime/contracts/task.ts";

/** Remembers at least the last `limit` finished ids and at most twice as many: two generations, the older one is dropped whole. */
export class FinishedIds {
  readonly #limit: number;
  #younger = new Set<TaskId>();
  #older = new Set<TaskId>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(id: TaskId): boolean {
    return this.#younger.has(id) || this.#older.has(id);
  }

  add(id: TaskId): void {
    if (this.#limit === 0) return;
    this.#younger.add(id);
    if (this.#younger.size < this.#limit) return;
    this.#older = this.#younger;
    this.#younger = new Set();
  }

  forget(id: TaskId): void {
    this.#younger.delete(id);
    this.#older.delete(id);
  }
}
