/** Something that shall go wrong: at the `nth` command of this name from now (default: the next one), `times` in a row (default: once). */
export interface Fault<Verb, Trouble> {
  readonly on: Verb;
  readonly trouble: Trouble;
  readonly nth?: number;
  /** Infinity: until cancelled. */
  readonly times?: number;
}

/** A planned fault, to be asked or called off. */
export interface PlannedFault {
  /** How often it has struck. */
  readonly struck: number;
  cancel(): void;
}

interface Entry<Verb, Trouble> {
  readonly fault: Fault<Verb, Trouble>;
  seen: number;
  struck: number;
}

/** Counts commands and says when a planned fault is due. */
export class FaultPlan<Verb extends string, Trouble> {
  readonly #entries = new Set<Entry<Verb, Trouble>>();

  plan(fault: Fault<Verb, Trouble>): PlannedFault {
    const entry: Entry<Verb, Trouble> = { fault, seen: 0, struck: 0 };
    this.#entries.add(entry);
    return {
      get struck() {
        return entry.struck;
      },
      cancel: () => this.#entries.delete(entry),
    };
  }

  /** Told of each command; answers what is wrong with this one. The fault planned first wins. */
  strike(verb: Verb): Trouble | undefined {
    let due: Entry<Verb, Trouble> | undefined;
    for (const entry of this.#entries) {
      if (entry.fault.on !== verb) continue;
      entry.seen += 1;
      const { nth = 1, times = 1 } = entry.fault;
      if (due === undefined && entry.seen >= nth && entry.struck < times) due = entry;
    }
    if (due === undefined) return undefined;
    due.struck += 1;
    return due.fault.trouble;
  }

  clear(): void {
    this.#entries.clear();
  }
}
