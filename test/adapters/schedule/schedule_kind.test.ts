import { expect, test } from "vitest";
import { scheduleSourceKind } from "../../../src/adapters/schedule/schedule_kind.ts";
import { scheduleSchema } from "../../../src/adapters/schedule/schedule_schema.ts";
import { parsedConfig, type Written } from "../../support/parsed_config.ts";

type Config = Written<typeof scheduleSchema>;

const objection = (config: Config) => scheduleSourceKind.check?.(parsedConfig(scheduleSchema, config), "nightly");
const why = (config: Config) => {
  const found = objection(config);
  return typeof found === "object" ? `${found.key}: ${found.why}` : found;
};

test("a schedule has a cron expression or an interval, and not both", () => {
  expect(why({})).toMatch(/says nowhere when it runs. Set `cron: "30 6 \* \* mon-fri"` or `every: 15m`/);
  expect(why({ cron: "@daily", every: "1h" })).toMatch(/`cron` and `every`. Take one out/);
  expect(why({ cron: "30 6 * * mon-fri", timezone: "Europe/Berlin" })).toBeUndefined();
  expect(why({ every: "15m" })).toBeUndefined();
});

test.each([
  ["0 25 * * *", `cron: "0 25 * * *" has "25" as its hour (field 2); expected 0-23, such as 6, 8-18 or */2.`],
  ["0 0 31-40 * *", `has "31-40" as its day of the month (field 3); expected 1-31, or L for the last, such as 1`],
  ["0 0 1 13 *", `has "13" as its month (field 4); expected 1-12, or jan-dec`],
  ["0 6 * * fun", `has "fun" as its day of the week (field 5); expected 0-7 (0 and 7 are Sunday), or sun-sat`],
  ["5/15 * * * *", `has "5/15" as its minute (field 1); expected 0-59, such as 30, 0,30 or */15`],
  ["60 0 6 * * *", `has "60" as its second (field 1)`],
  ["0 0 24 * * *", `has "24" as its hour (field 3)`],
  ["* * * *", `has 4 field(s), but must have five (minute, hour,`],
  ["0 0 6 * * * 2026", "has 7 field(s)"],
  ["@nightly", '"@nightly" is no name of a schedule. Known: @hourly'],
  ["@reboot", '"@reboot" is no name of a schedule'],
  ["0 0 31 2 *", '"0 0 31 2 *" would never run: no such day exists. Look at its day of the month and its month.'],
  ["0 0 31 4,6 *", "would never run"],
])("the cron expression %s is refused with the field to blame", (cron, sentence) => {
  expect(why({ cron })).toContain(sentence);
});

test.each(["0 0 29 2 *", "0 0 L * *", "0 0 * * 7", "0 0 ? * mon#1", "@hourly", "*/10 * * * * *", "0 0 1,15 * sun"])(
  "the cron expression %s is taken",
  (cron) => expect(why({ cron })).toBeUndefined(),
);

test.each([
  ["Europe/Berln", 'timezone: "Europe/Berln" is no time zone. Did you mean "Europe/Berlin"?'],
  ["Berlin", 'Did you mean "Europe/Berlin"?'],
  ["new york", 'Did you mean "America/New_York"?'],
  ["Discworld/Ankh-Morpork", "Take a name of the IANA list, such as Europe/Berlin."],
  ["+02:00", 'timezone: "+02:00" is an offset, which knows no daylight saving time. Name a zone'],
])("the time zone %s is refused with the likely one", (timezone, sentence) => {
  expect(why({ cron: "@daily", timezone })).toContain(sentence);
});

test.each(["UTC", "Asia/Kolkata", "Asia/Calcutta", "Etc/GMT-1", "CET", "America/Argentina/Buenos_Aires"])(
  "the time zone %s is taken",
  (timezone) => expect(why({ cron: "@daily", timezone })).toBeUndefined(),
);

test("jitter must not reach the next run", () => {
  expect(why({ every: "15m", jitter: "15m" })).toBe(
    "jitter: must be shorter than the time between two runs, which is 15m.",
  );
  expect(why({ cron: "0,10 * * * *", jitter: "20m" })).toContain("which is 10m");
  expect(why({ cron: "0 8,20 * * *", jitter: "2h" })).toBeUndefined();
});

test("a payload is JSON that a task can carry", () => {
  expect(why({ every: "1h", payload: "report: daily" })).toMatch(/^payload: is no JSON. Write it in single quotes/);
  expect(why({ every: "1h", payload: "[".repeat(30) + "]".repeat(30) })).toMatch(/more than 24 levels/);
  expect(why({ every: "1h", payload: `"${"x".repeat(250_000)}"` })).toMatch(/has 250002 characters/);
  expect(why({ every: "1h", payload: '{"report": ["daily", 1, null]}' })).toBeUndefined();
});

test("it is leased by its own name: two schedules of one time are two", () => {
  expect(scheduleSourceKind.worksOn).toBeUndefined();
});
