import { expect, test } from "vitest";
import { MemoryPauseStore, openControl } from "./controlled_shop.ts";

test("the status shows every unit, the runtime and what is paused", async () => {
  const { control } = openControl();
  await control.pause("cli anna", "queue", "orders");

  const status = control.status();

  expect(status.runtime).toMatchObject({ name: "shop", phase: "running" });
  expect(status.sources.map((source) => source.name)).toEqual(["inbox"]);
  expect(status.queues.map((queue) => queue.stats.paused)).toEqual([true]);
  expect(status.pools.map((pool) => pool.handler)).toEqual(["process_order_mail"]);
  expect(status.pauses).toMatchObject([{ unit: "queue:orders", by: "cli anna" }]);
});

test.each(["source", "queue", "worker"] as const)("a %s is paused once however often one asks", async (role) => {
  const { control, events, shop } = openControl();
  const name = role === "source" ? "inbox" : "orders";
  const target = { source: shop.inbox, queue: shop.orders, worker: shop.pool }[role];

  expect(await control.pause("cli anna", role, name)).toEqual({ unit: `${role}:${name}`, paused: true, changed: true });
  expect(await control.pause("cli anna", role, name)).toMatchObject({ paused: true, changed: false });
  expect(target.paused).toBe(true);
  expect(await control.resume("cli anna", role, name)).toMatchObject({ paused: false, changed: true });
  expect(await control.resume("cli anna", role, name)).toMatchObject({ paused: false, changed: false });
  expect(target.paused).toBe(false);

  const unit = `${role}:${name}`;
  const acted = { kind: "control.acted", unit: "runtime", actor: "cli anna", target: unit };
  expect(events.said).toEqual([
    { kind: "unit.paused", unit, by: "cli anna" },
    { ...acted, action: `${role}.pause`, result: "done" },
    { ...acted, action: `${role}.pause`, result: "unchanged" },
    { kind: "unit.resumed", unit, by: "cli anna" },
    { ...acted, action: `${role}.resume`, result: "done" },
    { ...acted, action: `${role}.resume`, result: "unchanged" },
  ]);
});

test("a pause and a resume at once end as the later one said", async () => {
  const { control, shop, pauses } = openControl();

  await Promise.all([control.pause("cli", "source", "inbox"), control.resume("cli", "source", "inbox")]);
  expect([shop.inbox.paused, pauses.isPaused("source:inbox")]).toEqual([false, false]);

  await Promise.all([control.resume("cli", "source", "inbox"), control.pause("cli", "source", "inbox")]);
  expect([shop.inbox.paused, pauses.isPaused("source:inbox")]).toEqual([true, true]);
});

test("a pause that cannot be remembered is not made, and the next one is", async () => {
  const store = new MemoryPauseStore();
  const { control, shop, events } = openControl({ store });

  store.broken = true;
  await expect(control.pause("cli", "source", "inbox")).rejects.toThrow("the disk is full");
  expect(shop.inbox.paused).toBe(false);
  expect(events.said).toMatchObject([{ kind: "control.acted", result: "failed: UNEXPECTED" }]);

  store.broken = false;
  expect(await control.pause("cli", "source", "inbox")).toMatchObject({ changed: true });
});

test("an unknown name is refused with the names there are, and that is recorded too", async () => {
  const { control, events } = openControl();

  await expect(control.pause("cli", "source", "inbx")).rejects.toMatchObject({
    code: "CONTROL_UNIT_UNKNOWN",
    message: 'There is no source "inbx". Known: inbox.',
  });
  await expect(control.resume("cli", "worker", "order")).rejects.toThrow('There is no worker pool "order".');
  await expect(control.trigger("cli", "constructor")).rejects.toMatchObject({ code: "CONTROL_UNIT_UNKNOWN" });
  expect(() => control.queue("nope")).toThrow('There is no queue "nope". Known: orders.');
  expect(events.said).toMatchObject([
    { action: "source.pause", target: "source:inbx", result: "failed: CONTROL_UNIT_UNKNOWN" },
    { action: "worker.resume", target: "worker:order", result: "failed: CONTROL_UNIT_UNKNOWN" },
    { action: "source.trigger", target: "source:constructor", result: "failed: CONTROL_UNIT_UNKNOWN" },
  ]);
});

test("a trigger makes a source look now, unless it takes in no work", async () => {
  const { control, shop } = openControl();

  await control.trigger("cli", "inbox");
  expect(shop.inbox.triggered).toBe(1);

  await control.pause("cli", "source", "inbox");
  await expect(control.trigger("cli", "inbox")).rejects.toThrow('Source "inbox" is paused; resume it first.');
  await control.resume("cli", "source", "inbox");
  shop.inbox.stopping = true;
  await expect(control.trigger("cli", "inbox")).rejects.toMatchObject({ code: "CONTROL_REFUSED" });
  expect(shop.inbox.triggered).toBe(1);
});

test("a reload says what changed, or why the old configuration stays", async () => {
  const { control, shop, events } = openControl();
  shop.nextReload = { kind: "rejected", version: "v1", problems: ["app.yaml:3 queues.orders.capcity is unknown."] };

  expect(await control.reloadConfig("signal SIGHUP")).toEqual(shop.nextReload);
  expect(events.said).toEqual([
    {
      kind: "control.acted",
      unit: "runtime",
      actor: "signal SIGHUP",
      action: "config.reload",
      target: "runtime",
      result: "rejected, version v1",
    },
  ]);
});
