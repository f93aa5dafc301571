import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Clocks of two processes are read at slightly different moments before their transactions; more than this was put back. */
const skewMs = 1_000;

/** Never more than `tasks` hand-outs within any window of `perMs`, of all processes together. */
export class RateWindow {
  readonly #limit: { readonly tasks: number; readonly perMs: number } | undefined;
  readonly #newest: StatementSync;
  readonly #at: StatementSync;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #pullBack: StatementSync;

  constructor(database: DatabaseSync, limit: { readonly tasks: number; readonly perMs: number } | undefined) {
    this.#limit = limit;
    this.#newest = database.prepare("SELECT number, at FROM pickup ORDER BY number DESC LIMIT 1");
    this.#at = database.prepare("SELECT at FROM pickup WHERE number = ?");
    this.#insert = database.prepare("INSERT INTO pickup (number, at) VALUES (?, ?)");
    this.#trim = database.prepare("DELETE FROM pickup WHERE number <= ?");
    this.#pullBack = database.prepare("UPDATE pickup SET at = ?1 WHERE at > ?1");
  }

  /** Milliseconds until a hand-out is allowed; 0 when it is now. */
  waitMs(now: number): number {
    if (this.#limit === undefined) return 0;
    const newest = this.#newestNumber();
    const first = this.#at.get(newest + 1 - this.#limit.tasks);
    return first === undefined ? 0 : Math.max(0, Number(first.at) + this.#limit.perMs - this.#steady(now));
  }

  handedOut(now: number): void {
    if (this.#limit === undefined) return;
    const number = this.#newestNumber() + 1;
    this.#insert.run(number, this.#steady(now));
    this.#trim.run(number - this.#limit.tasks);
  }

  #newestNumber(): number {
    return Number(this.#newest.get()?.number ?? 0);
  }

  /** Never earlier than the last hand-out, unless the clock was put back: then those after now happened now. */
  #steady(now: number): number {
    const last = Number(this.#newest.get()?.at ?? now);
    if (last - now > skewMs) {
      this.#pullBack.run(now);
      return now;
    }
    return Math.max(now, last);
  }
}
