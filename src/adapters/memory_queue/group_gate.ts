import { Fifo } from "../../app_runtime/base/fifo.ts";
import type { Entry } from "./entry.ts";

interface Group {
  running: number;
  readonly parked: Fifo<Entry>;
}

/** Lets at most `limit` tasks of one group run at once, and parks the others. */
export class GroupGate {
  readonly #limit: number;
  readonly #groups = new Map<string, Group>();
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True when the entry may run now; otherwise it is parked until `leave` returns it. */
  enter(entry: Entry): boolean {
    const name = entry.task.group;
    if (name === undefined) return true;
    const group = this.#groups.get(name) ?? { running: 0, parked: new Fifo<Entry>() };
    this.#groups.set(name, group);
    if (group.running < this.#limit) {
      group.running += 1;
      return true;
    }
    group.parked.push(entry);
    return false;
  }

  /** An entry of this group no longer runs; returns a parked one, which may ask again. */
  leave(entry: Entry): Entry | undefined {
    const name = entry.task.group;
    const group = name === undefined ? undefined : this.#groups.get(name);
    if (name === undefined || group === undefined) return undefined;
    group.running -= 1;
    const next = group.parked.shift();
    if (next === undefined && group.running === 0) this.#groups.delete(name);
    return next;
  }
}
