import { fillIn } from "../../app_runtime/base/fill_in.ts";
import type { EventChannel, FactLevel } from "../../app_runtime/contracts/runtime_event.ts";

/** Everything this queue says about itself beyond the platform's own events, as `unit.fact`. */
const facts = {
  queue_redis_back: { level: "info", message: "Redis at {address} is back after {lostMs} ms." },
  queue_redis_forgot: {
    level: "error",
    message:
      "Redis at {address} lost what it held, or a part of it: it was started anew without its data or with an older copy, or emptied. Journaled sources offer again what is not finished; other tasks are gone. Give it persistence (appendonly yes).",
  },
  queue_redis_failed: { level: "warn", message: "{sentence}" },
} as const satisfies Record<string, { readonly level: FactLevel; readonly message: string }>;

type Fields = Readonly<Record<string, string | number>>;

export class BullmqFacts {
  readonly #events: EventChannel;
  readonly #unit: string;

  constructor(events: EventChannel, queue: string) {
    this.#events = events;
    this.#unit = `queue:${queue}`;
  }

  report(code: keyof typeof facts, fields: Fields): void {
    const { level, message } = facts[code];
    this.#events.emit({ kind: "unit.fact", unit: this.#unit, code, level, message: fillIn(message, fields), fields });
  }
}
