import { expect, test } from "vitest";
import { BacklogProgress } from "../../../src/adapters/imap/backlog_progress.ts";
import { ImapFactReporter } from "../../../src/adapters/imap/imap_facts.ts";
import type { RuntimeEvent } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { RuntimeEventChannel } from "../../../src/app_runtime/core/runtime_event_channel.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

/** A mailbox in which `waiting` mails lie, and a worker that ends some of them when told. */
function mailbox(waiting: number) {
  const clock = new ManualClock();
  const events = new RuntimeEventChannel(clock);
  const said: string[] = [];
  events.subscribe((event: RuntimeEvent) => void (event.kind === "unit.fact" && said.push(event.message)));
  const counts = { waiting, ended: 0 };
  const facts = new ImapFactReporter(events, "inbox");
  const progress = new BacklogProgress({ clock, facts, counts: () => counts });
  const work = async (mails: number, ms: number) => {
    await clock.advance(ms);
    counts.waiting -= mails;
    counts.ended += mails;
    progress.update();
  };
  return { progress, counts, said, work, clock };
}

test("a few mails are worked off without a word", async () => {
  const { progress, said, work } = mailbox(150);
  await work(1, 1_000);
  await work(149, 1_000);
  expect(said).toEqual([]);
  expect(progress.view).toBeUndefined();
});

test("a long backlog is told of at each tenth, and when it is worked off", async () => {
  const { progress, said, work } = mailbox(1_000);
  progress.update();
  expect(progress.view).toEqual({ done: 0, total: 1_000, rate: 0 });
  for (let i = 0; i < 49; i += 1) await work(20, 500);
  expect(progress.view).toEqual({ done: 980, total: 1_000, rate: 40, leftMs: 500 });
  await work(20, 500);
  expect(progress.view).toBeUndefined();
  expect(said).toHaveLength(11);
  expect(said[0]).toBe("1000 mails wait to be worked off.");
  expect(said[1]).toBe("100 of 1000 mails worked off: 40 mails/s, about 23s left.");
  expect(said[10]).toBe("The backlog is worked off: 1000 mails in 25s.");
});

test("a slow one is told of each minute, and one that stands still says so", async () => {
  const { progress, said, work, clock } = mailbox(10_000);
  progress.update();
  for (let i = 0; i < 18; i += 1) await work(1, 10_000);
  expect(said).toHaveLength(4);
  expect(said[3]).toBe("18 of 10000 mails worked off: 0.1 mails/s, about 28h left.");
  await clock.advance(3_600_000);
  expect(progress.view?.rate).toBeLessThan(0.01);
});

test("the rate is that of the last half minute", async () => {
  const { progress, work } = mailbox(100_000);
  progress.update();
  for (let i = 0; i < 60; i += 1) await work(100, 1_000);
  for (let i = 0; i < 60; i += 1) await work(10, 1_000);
  expect(progress.view?.rate).toBe(10);
});

test("mail that comes meanwhile makes it longer, and no tenth is told of twice", async () => {
  const { counts, progress, said, work } = mailbox(1_000);
  progress.update();
  for (let i = 0; i < 30; i += 1) await work(10, 100);
  counts.waiting += 2_000;
  for (let i = 0; i < 60; i += 1) await work(10, 100);
  expect(progress.view).toMatchObject({ done: 900, total: 3_000 });
  expect(said.map((line) => line.replace(/:.*/, ""))).toEqual([
    "1000 mails wait to be worked off.",
    "100 of 1000 mails worked off",
    "200 of 1000 mails worked off",
    "300 of 1000 mails worked off",
  ]);
});
