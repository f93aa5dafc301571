import type { RuntimeEvent } from "../../app_runtime/contracts/runtime_event.ts";
import { type LogLevel, levelOf } from "./log_level.ts";
import { redact, redactText } from "./redact.ts";
import { sentenceOf } from "./sentence_of.ts";

/** An event as it is written: for people the sentence, for machines the fields. Holds no secrets. */
export interface LogLine {
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly level: LogLevel;
  readonly unit: string;
  readonly sentence: string;
  /** Everything of the event but its time and its sentence. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export function logLine(event: RuntimeEvent): LogLine {
  return {
    at: event.at,
    level: levelOf(event),
    unit: event.unit,
    sentence: redactText(sentenceOf(event)),
    fields: redact(fieldsOf(event)) as Readonly<Record<string, unknown>>,
  };
}

/** `level` and `message` of a fact are the line's own; all the rest keeps its name. */
function fieldsOf(event: RuntimeEvent): object {
  const { at: _at, ...fields } = event;
  if (fields.kind !== "unit.fact") return fields;
  const { level: _level, message: _message, ...fact } = fields;
  return fact;
}
