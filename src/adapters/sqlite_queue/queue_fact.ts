import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";

export type TellFact = (level: "error" | "info", code: string, message: string) => void;

/** How the parts of a queue say what happened to it. */
export function factTeller(queue: string, events: EventChannel): TellFact {
  return (level, code, message) => {
    events.emit({ unit: `queue:${queue}`, kind: "unit.fact", code, level, message, fields: {} });
  };
}
