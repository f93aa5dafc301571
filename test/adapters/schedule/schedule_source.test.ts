import { describe, expect, test } from "vitest";
import type { Journal } from "../../../src/app_runtime/contracts/journal.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { ScheduleDesk } from "./schedule_desk.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;

describe.each(["memory", "sqlite"] as const)("with the journal in %s", (journal) => {
  const deskAt = (at: string) => {
    guardAgainstLeaks();
    return new ScheduleDesk(journal, at);
  };

  test("a first start makes up nothing of the past, and then each run comes at its time", async () => {
    const desk = deskAt("2026-03-28T06:20:00+01:00");
    const run = await desk.open({ config: { payload: '{"report":"daily"}', orderKey: "reports", kind: "report.due" } });
    expect(run.source.status().facts).toMatchObject({ nextRunAt: "2026-03-28T06:30:00+01:00", missed: 0 });

    await desk.passTo("2026-03-28T06:29:59+01:00");
    expect(run.tasks).toEqual([]);
    await desk.pass(1_000);
    expect(run.tasks).toMatchObject([
      {
        id: "report:2026-03-28T05:30:00Z",
        kind: "report.due",
        orderKey: "reports",
        payload: {
          plannedAt: "2026-03-28T06:30:00+01:00",
          plannedAtMs: Date.parse("2026-03-28T05:30:00Z"),
          firedAt: "2026-03-28T06:30:00+01:00",
          missed: false,
          manual: false,
          data: { report: "daily" },
        },
      },
    ]);

    desk.sleepTo("2026-03-29T06:29:30+02:00");
    await desk.passTo("2026-03-29T06:31:00+02:00");
    expect(run.runs.slice(1)).toEqual(["2026-03-29T06:30:00+02:00"]);
    expect(run.source.status()).toMatchObject({
      state: "running",
      published: 2,
      settled: 2,
      inFlight: 0,
      facts: { lastRunAt: "2026-03-29T06:30:00+02:00", nextRunAt: "2026-03-30T06:30:00+02:00" },
    });
    expect(await desk.journal.unsettled("report", 10)).toEqual([]);
  });

  test.each([
    ["skip", []],
    ["once", ["2026-03-30T06:30:00+02:00 missed"]],
    ["all", ["2026-03-28T06:30:00+01:00", "2026-03-29T06:30:00+02:00", "2026-03-30T06:30:00+02:00"]],
  ] as const)("what a stopped runtime missed follows `missed: %s`", async (missed, expected) => {
    const desk = deskAt("2026-03-27T12:00:00+01:00");
    const config = { missed };
    await (await desk.open({ config })).stop();

    desk.sleepTo("2026-03-30T12:00:00+02:00");
    const run = await desk.open({ config });
    await desk.pass(minuteMs);

    expect(run.runs).toEqual(expected.map((at) => (at.endsWith("missed") ? at : `${at} missed`)));
    expect(run.source.status().facts).toMatchObject({ missed: 3, leftOut: 3 - expected.length });
    desk.sleepTo("2026-03-31T06:29:30+02:00");
    await desk.passTo("2026-03-31T06:31:00+02:00");
    expect(run.runs.at(-1)).toBe("2026-03-31T06:30:00+02:00");
  });

  test("a second restart makes up nothing again", async () => {
    const desk = deskAt("2026-03-27T12:00:00+01:00");
    for (const missed of ["once", "skip", "all"] as const) await (await desk.open({ config: { missed } })).stop();
    desk.sleepTo("2026-03-29T12:00:00+02:00");
    const first = await desk.open({ config: { missed: "once" } });
    await desk.pass(minuteMs);
    await first.stop();
    expect(first.tasks).toHaveLength(1);

    const second = await desk.open({ config: { missed: "all" } });
    await desk.pass(minuteMs);
    expect(second.tasks).toEqual([]);
  });

  test("`all` makes up so many at most, the newest, and says loudly what it leaves out", async () => {
    const desk = deskAt("2026-01-01T00:00:30Z");
    const config = { cron: "* * * * *", timezone: "UTC", missed: "all", maxCatchUp: 3 };
    await (await desk.open({ config })).stop();

    desk.sleepTo("2026-01-01T00:10:10Z");
    const few = await desk.open({ config });
    await desk.pass(1_000);
    expect(few.runs).toEqual([
      "2026-01-01T00:08:00+00:00 missed",
      "2026-01-01T00:09:00+00:00 missed",
      "2026-01-01T00:10:00+00:00",
    ]);
    expect(few.facts("schedule_left_out")).toEqual([
      "7 missed run(s) planned from 2026-01-01T00:01:00+00:00 to 2026-01-01T00:07:00+00:00 are left out: maxCatchUp is 3.",
    ]);
    await few.stop();

    desk.sleepTo("2026-01-02T00:00:10Z");
    const many = await desk.open({ config });
    await desk.pass(1_000);
    expect(many.runs.map((at) => at.slice(11, 16))).toEqual(["23:58", "23:59", "00:00"]);
    expect(many.facts("schedule_left_out")[0]).toMatch(/^more than 100 missed.* 2026-01-01T00:11.* 2026-01-01T23:57/);
  });

  test("a short restart misses nothing, even where missed runs are skipped", async () => {
    const desk = deskAt("2026-03-28T06:29:50+01:00");
    await (await desk.open({ config: { missed: "skip" } })).stop();
    desk.sleepTo("2026-03-28T06:30:40+01:00");
    const run = await desk.open({ config: { missed: "skip" } });
    await desk.pass(1_000);
    expect(run.runs).toEqual(["2026-03-28T06:30:00+01:00"]);
  });

  test("another expression plans nothing of the past", async () => {
    const desk = deskAt("2026-03-28T00:00:00+01:00");
    await (await desk.open({ config: { cron: "0 18 * * *" } })).stop();
    desk.sleepTo("2026-03-28T12:00:00+01:00");
    const run = await desk.open({ config: { cron: "0 6 * * *" } });
    await desk.pass(minuteMs);
    expect(run.tasks).toEqual([]);
    expect(run.facts("schedule_changed")).toHaveLength(1);
    desk.sleepTo("2026-03-29T05:59:30+02:00");
    await desk.pass(minuteMs);
    expect(run.runs).toEqual(["2026-03-29T06:00:00+02:00"]);
  });

  test("a clock put back by an hour doubles nothing, one put forward misses by the policy", async () => {
    const desk = deskAt("2026-01-01T10:00:10Z");
    const run = await desk.open({ config: { cron: "0 * * * *", timezone: "UTC" } });
    await desk.passTo("2026-01-01T12:00:10Z");
    expect(run.tasks).toHaveLength(2);

    desk.clock.jumpWall(-hourMs);
    await desk.passTo("2026-01-01T12:59:00Z");
    expect(run.tasks).toHaveLength(2);
    await desk.passTo("2026-01-01T13:00:10Z");
    expect(run.runs.slice(2)).toEqual(["2026-01-01T13:00:00+00:00"]);

    desk.clock.jumpWall(2 * hourMs + 5 * minuteMs);
    await desk.pass(minuteMs);
    expect(run.runs.slice(3)).toEqual(["2026-01-01T15:00:00+00:00 missed"]);
    await desk.passTo("2026-01-01T16:00:10Z");
    expect(run.runs.slice(4)).toEqual(["2026-01-01T16:00:00+00:00"]);
  });

  test("a clock that was years ahead is not waited for, and what it started is not started again", async () => {
    const desk = deskAt("2036-01-01T00:00:10Z");
    const config = { cron: "0 * * * *", timezone: "UTC" };
    await (await desk.open({ config })).stop();
    desk.sleepTo("2026-01-01T00:10:00Z");
    const run = await desk.open({ config });
    expect(run.facts("schedule_clock_back")).toHaveLength(1);
    await desk.passTo("2026-01-01T02:10:00Z");
    expect(run.runs).toEqual(["2026-01-01T01:00:00+00:00", "2026-01-01T02:00:00+00:00"]);

    desk.clock.jumpWall(dayMs);
    await desk.pass(minuteMs);
    expect(run.runs.slice(2)).toEqual(["2026-01-02T02:00:00+00:00 missed"]);
    desk.clock.jumpWall(-dayMs);
    await desk.passTo("2026-01-01T03:01:00Z");
    expect(run.runs.slice(3)).toEqual(["2026-01-01T03:00:00+00:00"]);
    desk.sleepTo("2026-01-02T01:59:30Z");
    await desk.pass(minuteMs);
    expect(run.runs.filter((at) => at.startsWith("2026-01-02T02"))).toHaveLength(1);
    expect(run.facts("schedule_known")).toHaveLength(1);
  });

  test("a machine that wakes up sees within a minute what it missed", async () => {
    const desk = deskAt("2026-03-27T20:00:00+01:00");
    const run = await desk.open();
    await desk.pass(minuteMs);
    desk.sleepTo("2026-03-28T09:00:00+01:00");
    await desk.pass(minuteMs);
    expect(run.runs).toEqual(["2026-03-28T06:30:00+01:00 missed"]);
  });

  test("with a full queue one run waits, which health tells, and the newest comes after it", async () => {
    const desk = deskAt("2026-01-01T00:00:30Z");
    const config = { cron: "*/5 * * * *", timezone: "UTC" };
    const run = await desk.open({ config, capacity: 1, works: false });
    await desk.passTo("2026-01-01T00:10:30Z");
    expect(run.source.status()).toMatchObject({ backlog: 1, inFlight: 2, published: 1 });
    expect(run.source.health().state).toBe("pass");
    await desk.pass(2 * minuteMs);
    expect(run.source.health()).toMatchObject({ state: "warn", output: expect.stringMatching(/for 150s.*queue/) });
    await desk.passTo("2026-01-01T00:26:30Z");
    expect(run.source.health().state).toBe("fail");
    expect(await desk.journal.list({ state: "offered", limit: 10 })).toHaveLength(2);

    run.work();
    await desk.settle();
    await desk.pass(1_000);
    expect(run.runs.map((at) => at.slice(11, 16) + at.slice(25))).toEqual(["00:05", "00:10", "00:25 missed"]);
    expect(run.facts("schedule_missed")).toEqual([
      "2 run(s) planned from 2026-01-01T00:15:00+00:00 to 2026-01-01T00:20:00+00:00 were not started at their time: the newest run stands for them.",
    ]);
    expect(run.source.health()).toMatchObject({ state: "pass", observed: { waitingMs: 0 } });
  });

  test("a long line that moves is not late", async () => {
    const desk = deskAt("2026-01-01T00:00:30Z");
    const config = { cron: "* * * * *", timezone: "UTC", missed: "all" };
    await (await desk.open({ config })).stop();
    desk.sleepTo("2026-01-01T00:20:30Z");
    const run = await desk.open({ config, capacity: 1, works: false });
    const working = run.queue.consume({ signal: AbortSignal.timeout(60_000), concurrency: 1 });
    for (let n = 0; n < 18; n += 1) {
      const { value: delivery } = await working[Symbol.asyncIterator]().next();
      if (delivery !== undefined) await run.queue.ack(delivery);
      await desk.pass(50_000);
      expect(run.source.health().state, `after ${n} of 20`).toBe("pass");
    }
  });

  test("a pause starts nothing, and what passed meanwhile follows the policy", async () => {
    const desk = deskAt("2026-01-01T00:00:30Z");
    const run = await desk.open({ config: { cron: "*/5 * * * *", timezone: "UTC" } });
    run.source.pause();
    run.source.trigger();
    await desk.pass(20 * minuteMs);
    expect([run.tasks.length, run.source.status().state, run.source.health().state]).toEqual([0, "paused", "pass"]);
    run.source.resume();
    await desk.settle();
    expect(run.payloads.map(({ plannedAt, manual }) => [plannedAt.slice(11, 16), manual])).toEqual([
      ["00:20", true],
      ["00:20", false],
    ]);
  });

  test("somebody who triggers it gets one run now, which takes the place of no other", async () => {
    const desk = deskAt("2026-03-28T05:00:00+01:00");
    const run = await desk.open();
    run.source.trigger();
    run.source.trigger();
    await desk.settle();
    expect(run.tasks).toMatchObject([
      {
        id: "report:manual:2026-03-28T04:00:00Z",
        payload: { plannedAt: "2026-03-28T05:00:00+01:00", manual: true, missed: false },
      },
    ]);
    desk.sleepTo("2026-03-28T06:30:00+01:00");
    await desk.pass(minuteMs);
    expect(run.tasks).toHaveLength(2);
  });

  test("a crash between journal and queue loses no run", async () => {
    const desk = deskAt("2026-01-01T00:00:30Z");
    const config = { cron: "*/5 * * * *", timezone: "UTC", missed: "skip" };
    const first = await desk.open({ config, capacity: 1, works: false });
    await desk.passTo("2026-01-01T00:10:30Z");
    await first.stop();
    expect(await desk.journal.list({ state: "offered", limit: 10 })).toHaveLength(2);

    desk.sleepTo("2026-01-01T00:22:30Z");
    const second = await desk.open({ config });
    await desk.pass(1_000);
    expect(second.runs.map((at) => at.slice(11, 16))).toEqual(["00:05", "00:10"]);
    expect(second.facts("schedule_resumed")).toEqual(["2 task(s) made in an earlier run were published again."]);
  });

  test("a crash between the row and the position makes no second task", async () => {
    const desk = deskAt("2026-03-28T06:29:30+01:00");
    await (await desk.open()).stop();
    const through = withBroken(["saveCheckpoint"]);
    const first = await desk.open({ through });
    await desk.pass(minuteMs);
    expect(first.source.health()).toMatchObject({ state: "fail", output: expect.stringMatching(/the disk is full/) });
    await first.stop();
    expect((await desk.journal.find("report:2026-03-28T05:30:00Z" as TaskId))?.state).toBe("offered");

    const second = await desk.open();
    await desk.pass(minuteMs);
    expect(second.runs).toEqual(["2026-03-28T06:30:00+01:00"]);
    await second.stop();
    const third = await desk.open();
    await desk.pass(minuteMs);
    expect(third.tasks).toEqual([]);
  });

  test("a run whose row was written while the position could not be is started, whatever the policy says by then", async () => {
    const desk = deskAt("2026-03-28T06:29:30+01:00");
    const broken = { isBroken: false };
    const run = await desk.open({ config: { missed: "skip" }, through: withBroken(["saveCheckpoint"], broken) });
    broken.isBroken = true;
    await desk.pass(4 * minuteMs);
    expect(run.tasks).toEqual([]);
    broken.isBroken = false;
    await desk.pass(2 * minuteMs);
    expect(run.runs).toEqual(["2026-03-28T06:30:00+01:00"]);
    expect(run.source.status().facts).toMatchObject({ missed: 0, leftOut: 0 });
  });

  test("a run that the journal did not take in time was missed", async () => {
    const desk = deskAt("2026-03-28T06:29:30+01:00");
    const broken = { isBroken: false };
    const run = await desk.open({ config: { missed: "skip" }, through: withBroken(["offer"], broken) });
    broken.isBroken = true;
    run.source.trigger();
    await desk.pass(4 * minuteMs);
    broken.isBroken = false;
    await desk.pass(2 * minuteMs);
    expect(run.payloads.map(({ manual }) => manual)).toEqual([true]);
    expect(run.facts("schedule_missed")).toHaveLength(1);
    expect(run.source.status().facts).toMatchObject({ missed: 1, leftOut: 1 });
  });

  test("a journal that fails is tried until it works, and the run is late, not lost", async () => {
    const desk = deskAt("2026-03-28T06:29:30+01:00");
    const broken = { isBroken: true };
    const run = await desk.open({ through: withBroken(["offer", "checkpoint"], broken) });
    await desk.pass(minuteMs);
    expect([run.source.health().state, run.source.status().state]).toEqual(["fail", "degraded"]);
    broken.isBroken = false;
    await desk.pass(2 * minuteMs);
    expect(run.facts("schedule_began")).toHaveLength(1);
    desk.sleepTo("2026-03-29T06:29:30+02:00");
    broken.isBroken = true;
    await desk.pass(2 * minuteMs);
    broken.isBroken = false;
    await desk.pass(2 * minuteMs);
    expect(run.runs).toEqual(["2026-03-29T06:30:00+02:00 missed"]);
    expect(run.source.health().state).toBe("pass");
  });
});

test("jitter moves each run by the same time in every runtime, and not its name", async () => {
  guardAgainstLeaks();
  const config = { cron: "0 * * * *", timezone: "UTC", jitter: "20m" };
  const desks = [
    new ScheduleDesk("memory", "2026-01-01T00:30:00Z"),
    new ScheduleDesk("memory", "2026-01-01T00:30:00Z"),
  ];
  const runs = await Promise.all(desks.map((desk) => desk.open({ config })));
  for (const desk of desks) await desk.pass(3 * hourMs);
  const [ours, others] = runs.map(({ payloads }) => payloads.map(({ firedAt }) => firedAt));
  expect(ours).toEqual(others);
  expect(new Set(ours?.map((at) => at.slice(14, 19))).size).toBe(3);
  expect(runs[0]?.tasks.map(({ id }) => id)[0]).toBe("report:2026-01-01T01:00:00Z");
  expect(runs[0]?.runs[0]).toBe("2026-01-01T01:00:00+00:00");
});

/** The journal of a process for which these calls fail while `state` says so. */
function withBroken(calls: readonly (keyof Journal)[], state = { isBroken: true }): (journal: Journal) => Journal {
  return (journal) =>
    new Proxy(journal, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (state.isBroken && calls.includes(name as keyof Journal)) {
          return async () => {
            throw new Error("the disk is full");
          };
        }
        return value.bind(target);
      },
    });
}
