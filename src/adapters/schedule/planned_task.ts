import { createHash } from "node:crypto";
import type { JsonValue, TaskDraft } from "../../app_runtime/contracts/task.ts";
import type { ScheduleConfig } from "./schedule_schema.ts";
import { ZoneTime } from "./time_zone.ts";

/** What a task of a schedule tells its handler. Times as the schedule's zone shows them. */
export interface SchedulePayload {
  /** "2026-03-29T03:00:00+02:00"; of a manual run the time somebody asked for it. */
  readonly plannedAt: string;
  /** Milliseconds since 1970 UTC. */
  readonly plannedAtMs: number;
  /** When the task was made. */
  readonly firedAt: string;
  /** Whether it was made too late: nobody was there at its time, or the queue was full. */
  readonly missed: boolean;
  /** Whether a person asked for it. */
  readonly manual: boolean;
  /** The `payload` of the configuration. */
  readonly data: JsonValue;
}

/** Makes the task of a run. Whoever makes it: its id says which run it is, so no run happens twice. */
export class TaskMaker {
  readonly #source: string;
  readonly #config: ScheduleConfig;
  readonly #zone: ZoneTime;
  readonly #data: JsonValue;

  constructor(source: string, config: ScheduleConfig) {
    this.#source = source;
    this.#config = config;
    this.#zone = new ZoneTime(config.timezone);
    this.#data = config.payload === undefined ? null : (JSON.parse(config.payload) as JsonValue);
  }

  planned(plannedAt: number, firedAt: number, missed: boolean): TaskDraft {
    return this.#draft(isoOf(plannedAt), { plannedAt, firedAt, missed, manual: false });
  }

  manual(at: number): TaskDraft {
    return this.#draft(`manual:${isoOf(at)}`, { plannedAt: at, firedAt: at, missed: false, manual: true });
  }

  /** A time for people, as the zone of the schedule shows it. */
  shown(at: number): string {
    return this.#zone.iso(at);
  }

  /** How much later than planned this run starts: the same in every runtime. */
  jitterOf(plannedAt: number): number {
    const { jitter } = this.#config;
    if (jitter === 0) return 0;
    const hash = createHash("sha256").update(`${this.#source}:${plannedAt}`).digest().readUInt32BE();
    return Math.floor((hash / 2 ** 32) * jitter);
  }

  #draft(run: string, times: RunTimes): TaskDraft {
    const { kind, orderKey } = this.#config;
    const { plannedAt, firedAt, missed, manual } = times;
    const payload: Record<string, JsonValue> & SchedulePayload = {
      plannedAt: this.shown(plannedAt),
      plannedAtMs: plannedAt,
      firedAt: this.shown(firedAt),
      missed,
      manual,
      data: this.#data,
    };
    const draft = { id: `${this.#source}:${run}`, kind, payload };
    return orderKey === undefined ? draft : { ...draft, orderKey };
  }
}

interface RunTimes {
  readonly plannedAt: number;
  readonly firedAt: number;
  readonly missed: boolean;
  readonly manual: boolean;
}

/** "2026-03-29T01:00:00Z": in UTC, where every moment has one name. */
function isoOf(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
