import type { Clock } from "../base/clock.ts";
import { sleep } from "../base/sleep.ts";
import type { ProcessHostSettings } from "./lane.ts";
import type { LaneSlot } from "./lane_slot.ts";
import { ProcessRefusedError } from "./process_errors.ts";

const lookEveryMs = 20;
/** For the lanes to tell, once the time of the processes is over. */
const forceLimitMs = 1_000;

/** Where processes run, on every lane: its limits, and how it stops. */
export class ProcessHost {
  readonly #settings: ProcessHostSettings;
  readonly #clock: Clock;
  readonly #slots: readonly LaneSlot[];
  #isStopped = false;

  constructor(parts: {
    readonly settings: ProcessHostSettings;
    readonly clock: Clock;
    readonly slots: readonly LaneSlot[];
  }) {
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#slots = parts.slots;
  }

  get id(): string {
    return this.#settings.id;
  }

  /** Each lane gets its share of the limit, one process at least: a program that starts others does so on its own lane. */
  async open(): Promise<void> {
    const { maxProcesses } = this.#settings;
    const share = maxProcesses === 0 ? 0 : Math.max(1, Math.floor(maxProcesses / this.#slots.length));
    for (const slot of this.#slots) await slot.defineHost({ ...this.#settings, maxProcesses: share });
  }

  /** @throws {ProcessRefusedError} once it stops. */
  refuseWhenStopped(entry: string): void {
    if (this.#isStopped) throw new ProcessRefusedError(entry, this.id, "the host is stopping");
  }

  /**
   * Takes no new processes, sends CANCEL to those it has, waits, and ends those that are left then. Resolves to how many
   * live nevertheless: 0, unless a lane hangs.
   */
  async stop(patienceMs = 10_000): Promise<number> {
    this.#isStopped = true;
    for (const slot of this.#slots) slot.stopHost(this.id, patienceMs);
    const until = this.#clock.now() + patienceMs + forceLimitMs;
    for (;;) {
      const live = await this.#load();
      if (live === 0 || this.#clock.now() >= until) return live;
      await sleep(this.#clock, lookEveryMs);
    }
  }

  async #load(): Promise<number> {
    const loads = await Promise.all(this.#slots.map((slot) => slot.hostLoad(this.id)));
    return loads.reduce((sum, load) => sum + load, 0);
  }
}
