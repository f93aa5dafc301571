import type { Clock } from "../base/clock.ts";
import type { ControlledUnit } from "./controlled_unit.ts";
import type { Pause, PauseStore } from "./pause_store.ts";

/**
 * Which units somebody has paused. Whoever makes a unit, at boot or at a reload, asks here whether to make it paused. A
 * pause of a unit that is gone from the config waits for its return.
 */
export class PauseBook {
  readonly #store: PauseStore;
  readonly #clock: Clock;
  #pauses: ReadonlyMap<ControlledUnit, Pause> = new Map();
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(parts: { readonly store: PauseStore; readonly clock: Clock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** Reads what earlier runs, or others that share it, left; call it before the first unit is made. @throws {PauseFileError} */
  open(): Promise<void> {
    return this.#inTurn(async () => undefined);
  }

  isPaused(unit: ControlledUnit): boolean {
    return this.#pauses.has(unit);
  }

  list(): readonly Pause[] {
    return [...this.#pauses.values()];
  }

  /** Remembers, then calls `apply`. False when it was already so; `apply` is called all the same. @throws {PauseFileError} */
  add(unit: ControlledUnit, by: string, apply: () => void | Promise<void>): Promise<boolean> {
    const pause = { unit, by, at: this.#clock.wallNow() };
    return this.#inTurn(async () => {
      const isNew = !this.#pauses.has(unit);
      if (isNew) await this.#keep(new Map([...this.#pauses, [unit, pause]]));
      await apply();
      return isNew;
    });
  }

  /** Forgets, then calls `apply`. False when it was not paused; `apply` is called all the same. @throws {PauseFileError} */
  remove(unit: ControlledUnit, apply: () => void | Promise<void>): Promise<boolean> {
    return this.#inTurn(async () => {
      const wasPaused = this.#pauses.has(unit);
      if (wasPaused) await this.#keep(new Map([...this.#pauses].filter(([paused]) => paused !== unit)));
      await apply();
      return wasPaused;
    });
  }

  async #read(): Promise<void> {
    const pauses = await this.#store.load();
    this.#pauses = new Map(pauses.map((pause) => [pause.unit, pause]));
  }

  async #keep(pauses: ReadonlyMap<ControlledUnit, Pause>): Promise<void> {
    await this.#store.save([...pauses.values()]);
    this.#pauses = pauses;
  }

  /**
   * One change after the other, so that a pause and a resume at once end as the later one said, on disk and in the unit.
   * Each begins with what is kept: a runtime that shares it may have changed it.
   */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(() => this.#read()).then(change);
    this.#lastChange = turn.catch(() => {});
    return turn;
  }
}
