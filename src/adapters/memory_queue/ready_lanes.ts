import { Fifo } from "../../app_runtime/base/fifo.ts";
import type { Entry } from "./entry.ts";

/** One priority: entries that come back (a freed group) go before those that are new. */
interface Lane {
  readonly priority: number;
  readonly returned: Fifo<Entry>;
  readonly fresh: Fifo<Entry>;
}

/** Entries that can run now: by priority, then first in, first out. */
export class ReadyLanes {
  /** Highest priority first; nearly always just the one for priority 0. */
  readonly #lanes: Lane[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(entry: Entry): void {
    this.#lane(entry.task.priority).fresh.push(entry);
    this.#size += 1;
  }

  addFirst(entry: Entry): void {
    this.#lane(entry.task.priority).returned.push(entry);
    this.#size += 1;
  }

  take(): Entry | undefined {
    if (this.#size === 0) return undefined;
    for (const lane of this.#lanes) {
      const entry = lane.returned.shift() ?? lane.fresh.shift();
      if (entry === undefined) continue;
      this.#size -= 1;
      return entry;
    }
    return undefined;
  }

  drop(matches: (entry: Entry) => boolean): void {
    this.#size = 0;
    for (const { returned, fresh } of this.#lanes) {
      returned.drop(matches);
      fresh.drop(matches);
      this.#size += returned.size + fresh.size;
    }
  }

  /** Clock.now() since when the oldest entry could run. */
  oldestReadyAt(): number | undefined {
    const heads = this.#lanes.flatMap((lane) => [lane.returned.peek(), lane.fresh.peek()]);
    const times = heads.flatMap((head) => (head === undefined ? [] : [head.readyAt]));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #lane(priority: number): Lane {
    const found = this.#lanes.find((lane) => lane.priority === priority);
    if (found !== undefined) return found;
    const made: Lane = { priority, returned: new Fifo(), fresh: new Fifo() };
    this.#lanes.push(made);
    this.#lanes.sort((a, b) => b.priority - a.priority);
    return made;
  }
}
