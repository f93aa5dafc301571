import type { SeededRandom } from "../../../src/app_runtime/testing/seeded_random.ts";

/** One field of a random expression: what is written, and the numbers it means. */
interface Field {
  readonly text: string;
  readonly numbers: ReadonlySet<number>;
}

export interface RandomCron {
  readonly text: string;
  readonly minute: Field;
  readonly hour: Field;
  readonly day: Field;
  readonly weekday: Field;
}

const minuteMs = 60_000;

/** An expression of minutes and hours, sometimes of days; its months are all. */
export function randomCron(random: SeededRandom): RandomCron {
  const minute = randomField(random, 0, 59);
  // Clocks are changed in the first hours of the day.
  const hour = randomField(random, 0, 23, random.chance(0.5) ? 4 : 23);
  const day = random.chance(0.8) ? every(1, 31) : randomField(random, 1, 31);
  const weekday = random.chance(0.8) ? every(0, 6) : randomField(random, 0, 6);
  return {
    text: [minute, hour, day, { text: "*" }, weekday].map(({ text }) => text).join(" "),
    minute,
    hour,
    day,
    weekday,
  };
}

function randomField(random: SeededRandom, from: number, to: number, likelyTo = to): Field {
  const any = () => from + random.below(likelyTo - from + 1);
  const step = 1 + random.below(Math.ceil((to - from) / 2));
  const stepped = (low: number, high: number) => numbersBetween(low, high).filter((n) => (n - low) % step === 0);
  const [low, high] = [any(), any()].toSorted((a, b) => a - b) as [number, number];
  const list = [any(), any(), any()];
  switch (random.below(6)) {
    case 0:
      return every(from, to);
    case 1:
      // A step counts from the first number of a field, not from 0.
      return { text: `*/${step}`, numbers: new Set(stepped(from, to)) };
    case 2:
      return { text: list.join(","), numbers: new Set(list) };
    case 3:
      return { text: `${low}-${high}`, numbers: new Set(numbersBetween(low, high)) };
    case 4:
      return { text: `${low}-${high}/${step}`, numbers: new Set(stepped(low, high)) };
    default:
      return { text: String(low), numbers: new Set([low]) };
  }
}

function every(from: number, to: number): Field {
  return { text: "*", numbers: new Set(numbersBetween(from, to)) };
}

function numbersBetween(low: number, high: number): readonly number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

/** A moment, and what the clock on the wall shows then, written as if it were UTC. */
interface Minute {
  readonly at: number;
  readonly shown: number;
}

/** Every minute from `from` to `to` as the zone shows it, asked of Intl one by one. */
export function minutesOf(zone: string, from: number, to: number): readonly Minute[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const minutes: Minute[] = [];
  for (let at = from; at <= to; at += minuteMs) {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
    minutes.push({ at, shown: Date.UTC(year, month - 1, day, hour, minute) });
  }
  return minutes;
}

/**
 * When it runs, found slowly: with a wildcard in minute or hour at every minute whose clock matches; else once for every
 * time of the calendar that matches, at its first coming, and when it does not come, at the first minute after it.
 */
export function slowRuns(cron: RandomCron, minutes: readonly Minute[]): readonly number[] {
  if (/[*/]/.test(cron.minute.text + cron.hour.text)) {
    return minutes.filter(({ shown }) => matches(cron, shown)).map(({ at }) => at);
  }
  const runs = new Set<number>();
  const [first, last] = [minutes[0]?.shown ?? 0, minutes.at(-1)?.shown ?? 0];
  for (let time = first; time <= last; time += minuteMs) {
    if (!matches(cron, time)) continue;
    const run = minutes.find(({ shown }) => shown === time) ?? minutes.find(({ shown }) => shown > time);
    if (run !== undefined) runs.add(run.at);
  }
  return [...runs].toSorted((a, b) => a - b);
}

function matches({ minute, hour, day, weekday }: RandomCron, shown: number): boolean {
  const date = new Date(shown);
  if (!minute.numbers.has(date.getUTCMinutes()) || !hour.numbers.has(date.getUTCHours())) return false;
  const [isDay, isWeekday] = [day.numbers.has(date.getUTCDate()), weekday.numbers.has(date.getUTCDay())];
  return day.text === "*" || weekday.text === "*" ? isDay && isWeekday : isDay || isWeekday;
}
