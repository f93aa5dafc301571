import { fillIn } from "../base/fill_in.ts";
import type { EventChannel, FactLevel } from "../contracts/runtime_event.ts";

export interface FactKind {
  readonly level: FactLevel;
  /** `{name}` stands for the field of that name. */
  readonly message: string;
}

export type FactFields = Readonly<Record<string, string | number | boolean>>;

/** What the parts of this room have to say, in the words of the source they work for. */
export interface IntakeFacts {
  /** `sentence` says what fails on our own side; it is tried again in `waitMs`. */
  trouble(sentence: string, waitMs: number): void;
  troubleOver(what: string): void;
  /** So many tasks of an earlier run were published again. */
  resumed(tasks: number): void;
}

/** Reports facts of one source as `unit.fact`, out of the table its adapter declares. */
export class FactReporter<Code extends string> {
  readonly #events: EventChannel;
  readonly #unit: string;
  readonly #kinds: Readonly<Record<Code, FactKind>>;

  constructor(events: EventChannel, source: string, kinds: Readonly<Record<Code, FactKind>>) {
    this.#events = events;
    this.#unit = `source:${source}`;
    this.#kinds = kinds;
  }

  report(code: Code, fields: FactFields = {}): void {
    const { level, message } = this.#kinds[code];
    this.#events.emit({ unit: this.#unit, kind: "unit.fact", code, level, message: fillIn(message, fields), fields });
  }
}
