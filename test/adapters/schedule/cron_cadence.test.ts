import { expect, test } from "vitest";
import type { Cadence } from "../../../src/adapters/schedule/cadence.ts";
import { CronCadence } from "../../../src/adapters/schedule/cron_cadence.ts";
import { IntervalCadence } from "../../../src/adapters/schedule/interval_cadence.ts";
import { ZoneTime } from "../../../src/adapters/schedule/time_zone.ts";
import { SeededRandom } from "../../../src/app_runtime/testing/seeded_random.ts";
import { minutesOf, randomCron, slowRuns } from "./cron_oracle.ts";

const hourMs = 3_600_000;

function runsBetween(cadence: Cadence, after: number, until: number): readonly number[] {
  const runs: number[] = [];
  for (let run = cadence.next(after); run !== undefined && run <= until; run = cadence.next(run)) runs.push(run);
  return runs;
}

/** The runs of a night in Berlin as its clocks show them, from midnight to half past five. */
function nightInBerlin(expression: string, date: "2026-03-29" | "2026-10-25"): readonly string[] {
  const midnight = Date.parse(`${date}T00:00:00+${date === "2026-03-29" ? "01:00" : "02:00"}`);
  const runs = runsBetween(new CronCadence(expression, "Europe/Berlin"), midnight - 1, midnight + 5.5 * hourMs);
  const zone = new ZoneTime("Europe/Berlin");
  return runs.map((run) => zone.iso(run).slice(11)).map((time) => time.replace(/:00(\+0\d):00$/, "$1"));
}

test.each([
  ["30 2 * * *", ["03:00+02"], ["02:30+02"]],
  ["0,30 2 * * *", ["03:00+02"], ["02:00+02", "02:30+02"]],
  ["30 2-3 * * *", ["03:00+02", "03:30+02"], ["02:30+02", "03:30+01"]],
  ["0 3 * * *", ["03:00+02"], ["03:00+01"]],
  [
    "0 * * * *",
    ["00:00+01", "01:00+01", "03:00+02", "04:00+02", "05:00+02", "06:00+02"],
    ["00:00+02", "01:00+02", "02:00+02", "02:00+01", "03:00+01", "04:00+01"],
  ],
  ["0 */2 * * *", ["00:00+01", "04:00+02", "06:00+02"], ["00:00+02", "02:00+02", "02:00+01", "04:00+01"]],
  ["*/30 2 * * *", [], ["02:00+02", "02:30+02", "02:00+01", "02:30+01"]],
])('"%s" at both changes of the clock in Berlin, as docs/schedules.md says', (expression, spring, autumn) => {
  expect(nightInBerlin(expression, "2026-03-29")).toEqual(spring);
  expect(nightInBerlin(expression, "2026-10-25")).toEqual(autumn);
});

const changes = [
  { zone: "Europe/Berlin", at: "2026-03-29T01:00:00Z" },
  { zone: "Europe/Berlin", at: "2026-10-25T01:00:00Z" },
  { zone: "America/New_York", at: "2026-03-08T07:00:00Z" },
  { zone: "America/New_York", at: "2026-11-01T06:00:00Z" },
  { zone: "Australia/Lord_Howe", at: "2026-04-04T15:00:00Z" },
  { zone: "Australia/Lord_Howe", at: "2026-10-03T15:30:00Z" },
  { zone: "UTC", at: "2026-02-28T23:59:00Z" },
] as const;

test.each(changes)("random expressions around $at in $zone run as a slow search says", ({ zone, at }) => {
  const random = new SeededRandom(Date.parse(at) / 1000);
  const [from, to] = [Date.parse(at) - 14 * hourMs, Date.parse(at) + 14 * hourMs];
  const minutes = minutesOf(zone, from, to);
  for (let round = 0; round < 40; round += 1) {
    const cron = randomCron(random);
    const cadence = new CronCadence(cron.text, zone);
    const expected = slowRuns(cron, minutes);
    const told = `seed ${random.seed}, round ${round}: "${cron.text}" in ${zone}`;
    expect(runsBetween(cadence, from - 1, to), told).toEqual(expected);
    for (let question = 0; question < 5; question += 1) {
      const moment = from + random.below(to - from);
      expect(cadence.next(moment) ?? 0, told).toBe(expected.find((run) => run > moment) ?? cadence.next(to));
      const before = expected.filter((run) => run <= moment);
      expect(cadence.last(Math.min(before.length, 3), moment), `${told} up to ${moment}`).toEqual(before.slice(-3));
    }
  }
});

test("an interval counts from 1970 on, whatever the time it is asked at", () => {
  const cadence = new IntervalCadence(15 * 60_000);
  const start = Date.UTC(2026, 0, 1, 12, 7);
  expect(cadence.next(start)).toBe(Date.UTC(2026, 0, 1, 12, 15));
  expect(cadence.next(Date.UTC(2026, 0, 1, 12, 15))).toBe(Date.UTC(2026, 0, 1, 12, 30));
  expect(cadence.last(2, start)).toEqual([Date.UTC(2026, 0, 1, 11, 45), Date.UTC(2026, 0, 1, 12, 0)]);
});

test("seconds may stand in front", () => {
  const cadence = new CronCadence("*/20 0 6 * * *", "UTC");
  const six = Date.UTC(2026, 0, 1, 6);
  expect(runsBetween(cadence, six - 1, six + hourMs)).toEqual([six, six + 20_000, six + 40_000]);
  expect(cadence.last(2, six + 20_000)).toEqual([six, six + 20_000]);
});
