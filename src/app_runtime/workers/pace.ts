import type { Task } from "../contracts/task.ts";

/** Between these, a task is long enough that its worker waits for nothing else, and short enough that others may wait for it. */
const [leastMs, mostMs] = [5, 400];
/** So many ends in a row tell what the next ones will be like. */
const enough = 32;

/** How fast the tasks of a pool end, and whether any of them stands in a line or a group. */
export class Pace {
  #meanMs = 0;
  /** Ends since something was otherwise. */
  #ends = 0;

  /** The next tasks will probably be like these: short, and none that others wait for. */
  get isSteady(): boolean {
    return this.#ends >= enough && this.#meanMs >= leastMs && this.#meanMs <= mostMs;
  }

  ended({ orderKey, group }: Task, tookMs: number): void {
    this.#meanMs = this.#ends === 0 ? tookMs : this.#meanMs + (tookMs - this.#meanMs) / enough;
    // Leased ahead, it would keep the others of its key or group from running.
    this.#ends = orderKey === undefined && group === undefined ? this.#ends + 1 : 0;
  }

  restart(): void {
    this.#ends = 0;
  }
}
