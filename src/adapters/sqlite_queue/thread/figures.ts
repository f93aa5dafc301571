import type { DatabaseSync, StatementSync } from "node:sqlite";

/** How many tasks are where, and the number that was given last: kept in a row, because to count them would be a scan. */
export class Figures {
  readonly #load: StatementSync;
  readonly #store: StatementSync;
  waiting = 0;
  delayed = 0;
  leased = 0;
  dead = 0;
  finished = 0;
  #numbers = 0;

  constructor(database: DatabaseSync) {
    this.#load = database.prepare("SELECT numbers, waiting, delayed, leased, dead, finished FROM queue WHERE one = 1");
    this.#store = database.prepare(
      "UPDATE queue SET numbers = ?, waiting = ?, delayed = ?, leased = ?, dead = ?, finished = ? WHERE one = 1",
    );
  }

  /** Tasks that take room. */
  get open(): number {
    return this.waiting + this.delayed + this.leased;
  }

  /** Another process may have written since. */
  load(): void {
    const row = this.#load.get();
    if (row === undefined) throw new TypeError("the row of the queue is missing");
    this.#numbers = Number(row.numbers);
    this.waiting = Number(row.waiting);
    this.delayed = Number(row.delayed);
    this.leased = Number(row.leased);
    this.dead = Number(row.dead);
    this.finished = Number(row.finished);
  }

  store(): void {
    this.#store.run(this.#numbers, this.waiting, this.delayed, this.leased, this.dead, this.finished);
  }

  /** Larger than every number before: places in a line, rows of a log. */
  nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }
}
