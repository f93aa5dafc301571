import { expect, test } from "vitest";
import { DatabaseFullError, DatabaseLockedError } from "../../../src/adapters/sqlite/sqlite_errors.ts";
import { Outage } from "../../../src/adapters/sqlite_queue/outage.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

function openOutage() {
  const clock = new ManualClock();
  const told: string[] = [];
  const outage = new Outage({ clock, tell: (_level, code) => told.push(code), onRetry: () => undefined });
  return { clock, told, outage };
}

test("a lock that is gone is over at the first answer", () => {
  const { told, outage, clock } = openOutage();
  outage.failed(new DatabaseLockedError("queue.sqlite"), { retry: true });
  outage.over();
  expect(told).toEqual(["queue_unavailable", "queue_available"]);
  expect([outage.trouble, clock.pending]).toEqual([undefined, 0]);
});

test("a full disk that lets some things through is one outage, told once", async () => {
  const { clock, told, outage } = openOutage();
  for (let time = 0; time < 100; time += 1) {
    outage.failed(new DatabaseFullError("queue.sqlite"), { retry: true });
    await clock.advance(100);
    outage.over();
    expect([outage.trouble, outage.pausing]).toEqual([expect.stringContaining("full"), false]);
    await clock.advance(100);
  }
  expect(told).toEqual(["queue_unavailable"]);
  await clock.advance(5_000);
  expect(told).toEqual(["queue_unavailable", "queue_available"]);
  expect([outage.trouble, clock.pending]).toEqual([undefined, 0]);
});

test("it leaves no timer when it is stopped", () => {
  const { clock, outage } = openOutage();
  outage.failed(new DatabaseFullError("queue.sqlite"), { retry: true });
  outage.over();
  expect(clock.pending).toBe(1);
  outage.stop();
  expect(clock.pending).toBe(0);
});
