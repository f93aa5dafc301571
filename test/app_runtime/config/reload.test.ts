import { expect, test } from "vitest";

import {
  type ConfigDifference,
  type ConfigSnapshot,
  type ConfigSubscriber,
  type PrepareAnswer,
  renderOutcome,
} from "../../../src/app_runtime/config/api.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryProvider, openConfig, platformSchema, valid } from "./open_config.ts";

const ready: PrepareAnswer = { kind: "ready" };

/** A subscriber that notes what it is asked and told. */
function noting(name: string, notes: string[], answer: PrepareAnswer = ready): ConfigSubscriber {
  return {
    name,
    prepare: async (next: ConfigSnapshot) => {
      notes.push(`${name} asked about ${next.version.split("-")[0]}`);
      return answer;
    },
    changed: (current: ConfigSnapshot) => void notes.push(`${name} told of ${current.version.split("-")[0]}`),
  };
}

test("a reload asks everybody, swaps, then tells everybody", async () => {
  const { manager, file } = openConfig(valid);
  const before = await manager.load();
  const notes: string[] = [];
  manager.subscribe(noting("a", notes));
  manager.subscribe(noting("b", notes));

  file.content = { ...valid, platform: { name: "renamed" } };
  const outcome = await manager.reload("test");

  expect(outcome).toMatchObject({ kind: "applied", version: manager.current.version, complaints: [] });
  expect(notes).toEqual(["a asked about 2", "b asked about 2", "a told of 2", "b told of 2"]);
  expect(manager.current.get("platform", platformSchema).name).toBe("renamed");
  expect(before.get("platform", platformSchema).name).toBe("shop");
});

test("the difference names changed values, units that come, go and change, and what needs a restart", async () => {
  const { manager, file } = openConfig({
    ...valid,
    queues: { a: { adapter: "memory" }, b: { adapter: "memory" }, c: { adapter: "memory" } },
  });
  await manager.load();
  const told: ConfigDifference[] = [];
  manager.subscribe({ name: "s", changed: (_, difference) => void told.push(difference) });

  file.content = {
    ...valid,
    platform: { dataDir: "/new", deadline: "1m" },
    queues: { a: { adapter: "redis", url: "redis://x" }, b: { adapter: "memory" }, d: { adapter: "memory" } },
  };
  await manager.reload("test");

  expect(told).toHaveLength(1);
  expect(told[0]?.units.queues).toEqual({ added: ["d"], removed: ["c"], changed: ["a"] });
  expect(told[0]?.units.workers).toEqual({ added: [], removed: [], changed: [] });
  expect(told[0]?.restart).toEqual(["platform.dataDir"]);
  expect(told[0]?.changes).toContainEqual({ path: "platform.deadline", from: "30s", to: "1m", restart: false });
  expect(told[0]?.changes).toContainEqual({ path: "queues.a.capacity", from: 1000, restart: false });
});

test("a unit of a role without keys of its own still comes and goes", async () => {
  const shape = { sections: {}, unitRoles: { exporters: { doc: "", common: {} } } };
  const { manager, file } = openConfig({ exporters: { a: {} } }, { shape, checks: [] });
  await manager.load();
  file.content = { exporters: { b: {} } };

  expect(await manager.reload("test")).toMatchObject({
    difference: { units: { exporters: { added: ["b"], removed: ["a"] } } },
  });
});

test("one veto keeps the old configuration, and says whose it was", async () => {
  const { manager, file } = openConfig(valid);
  const { version } = await manager.load();
  const notes: string[] = [];
  manager.subscribe(noting("a", notes));
  manager.subscribe(noting("queues", notes, { kind: "veto", reason: 'Queue "orders" is not empty.' }));
  manager.subscribe({ name: "broken", prepare: () => Promise.reject(new Error("out of memory")) });

  file.content = { ...valid, platform: { name: "renamed" } };
  const outcome = await manager.reload("test");

  expect(outcome).toMatchObject({
    kind: "vetoed",
    version,
    objections: [
      { subscriber: "queues", reason: 'Queue "orders" is not empty.' },
      { subscriber: "broken", reason: "out of memory" },
    ],
  });
  expect(notes).not.toContain("a told of 2");
  expect(manager.current.version).toBe(version);
  expect(renderOutcome(outcome)).toContain('queues: Queue "orders" is not empty.');
});

test("who does not answer within 5 s has refused, and is told to stop preparing", async () => {
  const { manager, file, clock } = openConfig(valid);
  await manager.load();
  let stillWanted: AbortSignal | undefined;
  manager.subscribe({
    name: "slow",
    prepare: (_, __, signal) => {
      stillWanted = signal;
      return new Promise(() => undefined);
    },
  });

  file.content = { ...valid, platform: { name: "renamed" } };
  const outcome = manager.reload("test");
  await clock.advance(4_999);
  expect(stillWanted?.aborted).toBe(false);
  await clock.advance(1);

  expect(await outcome).toMatchObject({
    kind: "vetoed",
    objections: [{ subscriber: "slow", reason: expect.stringContaining("5000 ms") }],
  });
  expect(stillWanted?.aborted).toBe(true);
});

test("a subscriber that fails to follow is reported and undoes nothing", async () => {
  const { manager, file } = openConfig(valid);
  await manager.load();
  const notes: string[] = [];
  manager.subscribe({ name: "first", changed: () => Promise.reject(new Error("no")) });
  manager.subscribe(noting("second", notes));

  file.content = { ...valid, platform: { name: "renamed" } };
  const outcome = await manager.reload("test");

  expect(outcome).toMatchObject({ kind: "applied", complaints: [{ subscriber: "first", reason: "no" }] });
  expect(notes).toContain("second told of 2");
});

test("an invalid configuration keeps the old one in force", async () => {
  const { manager, file } = openConfig(valid);
  const { version } = await manager.load();
  file.content = { ...valid, platform: { name: 42 } };
  const outcome = await manager.reload("test");

  expect(outcome).toMatchObject({ kind: "invalid", version, problems: [{ path: "platform.name" }] });
  expect(renderOutcome(outcome)).toMatch(
    /stays in force\. The configuration has a problem:\n {2}file\.yaml:1 platform\.name/,
  );
  expect(manager.current.version).toBe(version);
});

test("a reload that changes nothing asks nobody", async () => {
  const { manager } = openConfig(valid);
  const { version } = await manager.load();
  const notes: string[] = [];
  manager.subscribe(noting("a", notes));

  expect(await manager.reload("test")).toEqual({ kind: "unchanged", version });
  expect(notes).toEqual([]);
});

test("two reloads never overlap; who asks while one waits shares its run", async () => {
  const { manager, file } = openConfig(valid);
  await manager.load();
  const gate = Promise.withResolvers<PrepareAnswer>();
  const asked: string[] = [];
  manager.subscribe({
    name: "slow",
    prepare: (next) => {
      asked.push(next.get("platform", platformSchema).name);
      return gate.promise;
    },
  });

  file.content = { ...valid, platform: { name: "one" } };
  const first = manager.reload("first");
  await settlePromises();
  file.content = { ...valid, platform: { name: "two" } };
  const [second, third] = [manager.reload("second"), manager.reload("third")];
  await settlePromises();
  expect(asked).toEqual(["one"]);

  gate.resolve(ready);
  const outcomes = await Promise.all([first, second, third]);
  expect(outcomes.map(({ version }) => version.split("-")[0])).toEqual(["2", "3", "3"]);
  expect(asked).toEqual(["one", "two"]);
});

test("a burst of changes is one reload, 200 ms after the last", async () => {
  const { manager, file, clock, outcomes } = openConfig(valid);
  await manager.load();
  manager.watch();

  for (const name of ["a", "b", "c"]) {
    file.change({ ...valid, platform: { name } });
    await clock.advance(150);
  }
  expect(outcomes).toEqual([]);
  await clock.advance(50);

  expect(outcomes.map(({ trigger, outcome }) => `${trigger}: ${outcome.kind}`)).toEqual(["file changed: applied"]);
  expect(manager.current.get("platform", platformSchema).name).toBe("c");
});

test("a burst that never ends is read every 2 s", async () => {
  const { manager, file, clock, outcomes } = openConfig(valid);
  await manager.load();
  manager.watch();

  for (let i = 0; i < 41; i += 1) {
    file.change({ ...valid, platform: { name: `n${i}` } });
    await clock.advance(100);
  }

  expect(outcomes).toHaveLength(2);
});

test("a watch that fails is reported, and reloading on request still works", async () => {
  const failures: string[] = [];
  const blind = new MemoryProvider("blind", valid);
  blind.watch = () => ({ [Symbol.dispose]: () => undefined });
  const failing = new MemoryProvider("failing", {});
  const { manager } = openConfig(undefined, {
    providers: [
      blind,
      Object.assign(failing, {
        watch: (_: unknown, onFailure: (reason: Error) => void) => {
          onFailure(new Error("too many watches"));
          return { [Symbol.dispose]: () => undefined };
        },
      }),
    ],
    observer: { watchFailed: (provider, reason) => void failures.push(`${provider}: ${reason.message}`) },
  });
  await manager.load();
  manager.watch();

  expect(failures).toEqual(["failing: too many watches"]);
  expect(await manager.reload("test")).toMatchObject({ kind: "unchanged" });
});

test("the last ten versions are remembered with what changed and who asked", async () => {
  const { manager, file, clock } = openConfig(valid);
  await manager.load();
  for (let i = 0; i < 12; i += 1) {
    await clock.advance(1_000);
    file.content = { ...valid, platform: { name: `n${i}` } };
    await manager.reload(`round ${i}`);
  }

  const history = manager.history();
  expect(history.map(({ version }) => Number(version.split("-")[0]))).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  expect(history.at(-1)).toMatchObject({
    trigger: "round 11",
    at: Date.UTC(2026, 0, 1) + 12_000,
    difference: { changes: [{ path: "platform.name", from: "n10", to: "n11", restart: false }] },
  });
});

test("close waits for the reload that is under way; afterwards nothing is watched or reloaded", async () => {
  const { manager, file, clock, outcomes } = openConfig(valid);
  await manager.load();
  manager.watch();
  manager.subscribe({ name: "slow", changed: () => settlePromises() });
  file.change({ ...valid, platform: { name: "soon" } });
  const underWay = manager.reload("test");
  await settlePromises();

  await manager.close();
  expect(outcomes.map(({ outcome }) => outcome.kind)).toEqual(["applied"]);
  await underWay;
  file.content = valid;
  await clock.advance(10_000);
  expect({ watchers: file.watchers, timers: clock.pending, reloads: outcomes.length }).toEqual({
    watchers: 0,
    timers: 0,
    reloads: 1,
  });
  expect(await manager.reload("late")).toEqual({ kind: "closed", version: manager.current.version });
});

test("a subscription that ended is neither asked nor told", async () => {
  const { manager, file } = openConfig(valid);
  await manager.load();
  const notes: string[] = [];
  manager.subscribe(noting("a", notes))[Symbol.dispose]();
  file.content = { ...valid, platform: { name: "renamed" } };

  expect(await manager.reload("test")).toMatchObject({ kind: "applied" });
  expect(notes).toEqual([]);
});
