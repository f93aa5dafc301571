import { expect, test } from "vitest";
import { timeFunctions } from "../../../../src/adapters/lua/modules/time_zones.ts";

const seconds = (text: string) => Date.parse(text) / 1000;
const zone = (name: string, at: string) => timeFunctions.zone?.(name, seconds(at));

/** From the zone database (2024a), the second before a change and the second of it. */
test.each([
  ["Europe/Berlin", "2024-03-31T01:00:00Z", [3600, "CET"], [7200, "CEST"]],
  ["Europe/Berlin", "2024-10-27T01:00:00Z", [7200, "CEST"], [3600, "CET"]],
  ["America/New_York", "2007-03-11T07:00:00Z", [-18_000, "EST"], [-14_400, "EDT"]],
  ["Europe/London", "2024-03-31T01:00:00Z", [0, "GMT"], [3600, "BST"]],
  ["Australia/Lord_Howe", "2024-04-06T15:00:00Z", [39_600, "+11"], [37_800, "+1030"]],
  ["Pacific/Apia", "2011-12-30T10:00:00Z", [-36_000, "-10"], [50_400, "+14"]],
  ["Asia/Kathmandu", "1985-12-31T18:30:00Z", [19_800, "+0530"], [20_700, "+0545"]],
  ["Africa/Casablanca", "2024-03-10T02:00:00Z", [3600, "+01"], [0, "+00"]],
  ["America/Sao_Paulo", "2019-02-17T02:00:00Z", [-7200, "-02"], [-10_800, "-03"]],
] as const)("%s at %s", (name, at, before, after) => {
  const earlier = new Date(Date.parse(at) - 1000).toISOString();
  expect([zone(name, earlier), zone(name, at)]).toMatchObject([
    { offset: before[0], name: before[1] },
    { offset: after[0], name: after[1] },
  ]);
});

test("an hour in which the clocks change is not steady", () => {
  expect(zone("Australia/Lord_Howe", "2024-04-06T14:59:59Z")).toMatchObject({ steady: true });
  expect(zone("Asia/Kathmandu", "1985-12-31T18:10:00Z")).toMatchObject({ offset: 19_800, steady: false });
  expect(zone("Asia/Kathmandu", "1985-12-31T18:40:00Z")).toMatchObject({ offset: 20_700, steady: false });
});

test("years before the first and beyond what a Date holds have an offset", () => {
  for (const at of [-62_135_596_800, -70_000_000_000, -9e15, 9e15]) {
    expect(timeFunctions.zone?.("UTC", at)).toMatchObject({ offset: 0, name: "UTC" });
  }
  expect(timeFunctions.zone?.("Europe/Berlin", -62_135_596_800)).toMatchObject({ offset: 3208 });
});

test("every zone has an offset of less than a day and a short name", () => {
  for (const name of Intl.supportedValuesOf("timeZone")) {
    const { offset, name: short } = zone(name, "2024-07-01T00:00:00Z") as { offset: number; name: string };
    expect(Math.abs(offset)).toBeLessThanOrEqual(14 * 3600);
    expect(short).toMatch(/^([A-Z]{3,5}|ChST|[+-]\d\d(\d\d)?)$/);
  }
});

test("a zone that nobody knows is an error that names it", () => {
  expect(() => timeFunctions.location?.("Mars/Olympus")).toThrow("unknown time zone Mars/Olympus");
  expect(() => timeFunctions.location?.("+02:00")).toThrow("unknown time zone +02:00");
});
