import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Figures } from "./figures.ts";

const mostGathered = 1_000;

/** Every id the queue has or remembers. */
export class KnownIds {
  readonly #figures: Figures;
  readonly #limit: number;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #remove: StatementSync;
  readonly #finish: StatementSync;
  readonly #oldest: StatementSync;
  readonly #trim: StatementSync;

  constructor(database: DatabaseSync, figures: Figures, limit: number) {
    this.#figures = figures;
    this.#limit = limit;
    this.#insert = database.prepare("INSERT INTO known (id) VALUES (?) ON CONFLICT DO NOTHING");
    this.#find = database.prepare("SELECT 1 FROM known WHERE id = ?");
    this.#remove = database.prepare("DELETE FROM known WHERE id = ?");
    this.#finish = database.prepare("INSERT INTO finished (number, id) VALUES (?, ?)");
    this.#oldest = database.prepare("SELECT number, id FROM finished ORDER BY number LIMIT ?");
    this.#trim = database.prepare("DELETE FROM finished WHERE number <= ?");
  }

  has(id: string): boolean {
    return this.#find.get(id) !== undefined;
  }

  /** False when it was there. */
  add(id: string): boolean {
    return this.#insert.run(id).changes === 1;
  }

  forget(id: string): void {
    this.#remove.run(id);
  }

  finish(id: string): void {
    if (this.#limit === 0) {
      this.forget(id);
      return;
    }
    this.#finish.run(this.#figures.nextNumber(), id);
    this.#figures.finished += 1;
  }

  /**
   * Forgets the oldest of those finished beyond the limit; at most `atMost` of them. A tenth more than the limit may gather
   * first: one by one each would cost its commit two pages.
   */
  trim(atMost: number): void {
    const tooMany = this.#figures.finished - this.#limit;
    if (tooMany <= 0 || tooMany < Math.min(mostGathered, this.#limit / 10)) return;
    const oldest = this.#oldest.all(Math.min(atMost, tooMany));
    for (const { id } of oldest) this.forget(String(id));
    this.#trim.run(Number(oldest.at(-1)?.number ?? 0));
    this.#figures.finished -= oldest.length;
  }
}
