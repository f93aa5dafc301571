import { expect, test } from "vitest";
import { Fences } from "../../../src/adapters/journal_sqlite/fences.ts";
import { SqliteLeases } from "../../../src/adapters/journal_sqlite/sqlite_leases.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { DatabaseAtOnce } from "../../app_runtime/leases/lease_desk.ts";
import { freePort } from "../../support/free_port.ts";
import { eventually } from "../../support/source_desk.ts";
import { type HookOptions, openHook } from "./open_webhook.ts";

const leaseMs = 15_000;

/** What runtimes of one machine share. */
async function machine() {
  const clock = new ManualClock();
  const journal = new MemoryJournal({ clock });
  const store = new DatabaseAtOnce();
  const config = { port: await freePort() };
  const leases = () => {
    const database = {
      read: async (...call: Parameters<DatabaseAtOnce["read"]>) => store.read(...call),
      write: async (...call: Parameters<DatabaseAtOnce["write"]>) => store.write(...call),
    };
    return new SqliteLeases({ database, fences: new Fences(), clock, durationMs: leaseMs });
  };
  return (options: HookOptions = {}) => openHook({ ...options, clock, journal, config, leases: leases() });
}

test("of two runtimes one listens; the other takes its port over, with what was not finished", async () => {
  const open = await machine();
  const never = new Promise<never>(() => {});
  const first = await open({ handle: () => never });
  const second = await open();
  const url = first.url();
  expect([first.source().state, second.source().state]).toEqual(["running", "standby"]);
  expect((await first.post("{}", { "webhook-id": "a" })).status).toBe(202);
  await first.handledSoon(1);

  await first.app.stop();
  await first.clock.advance(leaseMs);
  await eventually(() => expect(second.source().state).toBe("running"));
  expect(second.url()).toBe(url);
  expect((await second.post("{}", { "webhook-id": "a" })).status).toBe(200);
  expect((await second.post("{}", { "webhook-id": "b" })).status).toBe(202);
  await second.handledSoon(2);
  expect(second.handled.map((task) => task.id)).toEqual(["webhook:hook:a", "webhook:hook:b"]);
});
