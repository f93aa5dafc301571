import type { Entry } from "./entry.ts";
import { ReadyLanes } from "./ready_lanes.ts";

interface Group {
  running: number;
  readonly parked: ReadyLanes;
  /** Let out of the park, and not running yet: an entry of a higher priority may still go before it. */
  unparked: Entry | undefined;
}

/** Lets at most `limit` tasks of one group run at once, and parks the others by priority. */
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
    const group = this.#groups.get(name) ?? { running: 0, parked: new ReadyLanes(), unparked: undefined };
    this.#groups.set(name, group);
    if (group.running < this.#limit) {
      group.running += 1;
      return true;
    }
    if (group.unparked === entry) group.parked.addFirst(entry);
    else group.parked.add(entry);
    return false;
  }

  /** An entry of this group no longer runs; returns a parked one, which may ask again. */
  leave(entry: Entry): Entry | undefined {
    const name = entry.task.group;
    const group = name === undefined ? undefined : this.#groups.get(name);
    if (name === undefined || group === undefined) return undefined;
    group.running -= 1;
    group.unparked = group.parked.take();
    if (group.unparked === undefined && group.running === 0) this.#groups.delete(name);
    return group.unparked;
  }

  /** Parked entries that match; returns those that may ask again in the place of one that was just let out. */
  drop(matches: (entry: Entry) => boolean): readonly Entry[] {
    const unparked: Entry[] = [];
    for (const [name, group] of this.#groups) {
      group.parked.drop(matches);
      if (group.unparked === undefined || !matches(group.unparked)) continue;
      group.unparked = group.parked.take();
      if (group.unparked !== undefined) unparked.push(group.unparked);
      else if (group.running === 0) this.#groups.delete(name);
    }
    return unparked;
  }
}
