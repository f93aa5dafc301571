import { formatDuration } from "../../app_runtime/base/duration.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { OutboxState } from "./outbox_table.ts";

/** What the outbox knows of itself, without asking anybody. Times in milliseconds since 1970. */
export interface OutboxFigures extends OutboxState {
  readonly now: number;
  readonly sentThisRun: number;
  /** Replies that were just being sent when the last run ended. */
  readonly recovered: number;
  /** Why nothing can be sent at present. */
  readonly trouble: string | undefined;
  /** The last refusal that made us give up a reply in this run. */
  readonly lastRefusal: string | undefined;
}

const minuteMs = 60_000;
const warnAfterMs = 5 * minuteMs;
const failAfterMs = 60 * minuteMs;
const rememberGivenUpMs = 24 * 60 * minuteMs;

/** A reply may wait for some minutes (greylisting); an hour is worth a person's attention. */
export function outboxFinding(figures: OutboxFigures): HealthFinding {
  const { now, oldestQueuedAt, lastGivenUpAt, unsent, trouble } = figures;
  const ageMs = oldestQueuedAt === undefined ? 0 : Math.max(0, now - oldestQueuedAt);
  const observed = {
    unsent,
    oldestUnsentMs: ageMs,
    sentThisRun: figures.sentThisRun,
    givenUp: figures.givenUp,
    recovered: figures.recovered,
  };
  const late = ageMs >= warnAfterMs;
  if (late || trouble !== undefined) {
    const waiting = `${unsent} answer(s) wait to be sent, the oldest for ${formatDuration(wholeSeconds(ageMs))}.`;
    return { state: ageMs >= failAfterMs ? "fail" : "warn", output: `${waiting} ${trouble ?? putOff}`, observed };
  }
  if (lastGivenUpAt !== undefined && now - lastGivenUpAt < rememberGivenUpMs) {
    return { state: "warn", output: givenUpSentence(figures), observed };
  }
  return { state: "pass", observed };
}

const putOff = "The mail server puts them off; they are tried again.";

function givenUpSentence({ givenUp, lastRefusal }: OutboxFigures): string {
  const why = lastRefusal === undefined ? "" : ` The last: ${lastRefusal}`;
  return `${givenUp} answer(s) were given up and their customers heard nothing: see table outbox, state given_up.${why}`;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
