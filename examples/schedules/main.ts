/** The night in which the clocks of Berlin are put forward, lived through in a moment: what runs when, and what was missed. */
import { type ApplicationModule, done } from "app_runtime";
import { memoryQueueKind } from "app_runtime/adapters/memory_queue";
import { type SchedulePayload, scheduleSourceKind } from "app_runtime/adapters/schedule";
import { ManualClock, MemoryJournal, runInMemory } from "app_runtime/testing";

const reports: ApplicationModule = {
  name: "reports",
  register(registry) {
    registry.queue("reports", { adapter: "memory" });
    registry.workers("writers", { queue: "reports", handler: "write_report" });
    registry.handler("write_report", {
      needs: [],
      create: () => ({
        handle(task) {
          const { plannedAt, missed, data } = task.payload as unknown as SchedulePayload;
          console.log(`${data}: planned at ${plannedAt}${missed ? ", missed and made up" : ""} (task ${task.id})`);
          return done;
        },
      }),
    });
  },
};

/** As `sources:` in a file would say it. */
const schedule = { adapter: "schedule", queue: "reports", timezone: "Europe/Berlin" };
const config = {
  sources: {
    nightly: { ...schedule, cron: "30 2 * * *", payload: '"nightly"' },
    hourly: { ...schedule, cron: "0 * * * *", missed: "skip", payload: '"hourly"' },
  },
};

const clock = new ManualClock(Date.parse("2026-03-29T00:50:00+01:00"));
const journal = new MemoryJournal({ clock });
const hourMs = 3_600_000;

const open = () =>
  runInMemory({
    modules: [reports],
    kinds: [memoryQueueKind, scheduleSourceKind],
    config,
    clock,
    infrastructure: () => ({ journal }),
  });

const first = await open();
await first.advance(3 * hourMs);
await first.stop();

clock.jumpWall(30 * hourMs); // the machine is off
console.log("after 30 hours without power:");
const second = await open();
await second.advance(1_000);
await second.stop();
