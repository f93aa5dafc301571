import { expect, test } from "vitest";
import { LaneLostError, ProcessRefusedError } from "../../../src/app_runtime/processes/process_errors.ts";
import { openNativeDesk } from "./native_desk.ts";

const done = (value: unknown) => ({ kind: "done", value }) as const;

/** Ends with the first message that it reads, and fails when that is "fail". */
function answering(input: { readonly kind: string; readonly value?: unknown }) {
  if (input.kind !== "message") return undefined;
  if (input.value === "fail") throw new Error("as asked");
  return done(input.value);
}

test("a process is started, reads a message and ends with a value", async () => {
  const { runtime, clock, entry } = await openNativeDesk();
  await entry("app:one", answering);
  const one = await runtime.spawn("app:one", "app:processes");
  expect(one.pid).toBe("{app:processes|app:one|0x00001}");
  expect(one.send("note", 42)).toBe("sent");
  await clock.advance(1);
  expect(await one.ended).toEqual({ pid: one.pid, failed: false, value: 42 });
  expect(runtime.load).toBe(0);
});

test("new processes go to the lane with the fewest, and letters find them", async () => {
  const { runtime, clock, entry } = await openNativeDesk({ lanes: 3 });
  await entry("app:one", answering);
  const all = [];
  for (let n = 0; n < 6; n++) all.push(await runtime.spawn("app:one", "app:processes"));
  const slots = all.map(({ pid }) => Number.parseInt(pid.slice(-6, -1), 16) >> 12);
  expect(slots.toSorted()).toEqual([0, 0, 1, 1, 2, 2]);
  for (const [n, each] of all.entries()) expect(each.send("note", n)).toBe("sent");
  await clock.advance(1);
  expect((await Promise.all(all.map(({ ended }) => ended))).map((end) => !end.failed && end.value)).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
});

test("a process is reached by its name, from another lane too, until it ends", async () => {
  const { runtime, clock, entry } = await openNativeDesk();
  await entry("app:named", (input, self) => {
    if (input.kind === "again") self.register("desk");
    return answering(input);
  });
  await entry("app:caller", (_, self) => done(self.send("desk", "note", "hello")));
  const named = await runtime.spawn("app:named", "app:processes");
  await clock.advance(1);
  expect(runtime.lookup("desk")).toBe(named.pid);
  await runtime.spawn("app:caller", "app:processes");
  await clock.advance(1);
  expect(await named.ended).toMatchObject({ value: "hello" });
  expect(runtime.lookup("desk")).toBeUndefined();
  expect(runtime.send("desk", "note", 1)).toBe("unknown");
});

test.each([
  ["app:nobody", "app:processes", "entry not found"],
  ["app:one", "app:nowhere", "host not found"],
])("%s on %s does not start: %s (row 1.7 spawn)", async (id, host, why) => {
  const { runtime, entry } = await openNativeDesk();
  await entry("app:one", answering);
  await expect(runtime.spawn(id, host)).rejects.toThrow(new ProcessRefusedError(id, host, why));
});

test("a full host takes no more until one ends (row 1.5 host)", async () => {
  const { runtime, clock, entry } = await openNativeDesk({ lanes: 1, maxProcesses: 1 });
  await entry("app:one", answering);
  const one = await runtime.spawn("app:one", "app:processes");
  await expect(runtime.spawn("app:one", "app:processes")).rejects.toThrow("max processes limit exceeded");
  one.terminate();
  await clock.advance(1);
  expect(await one.ended).toMatchObject({ error: new Error("process terminated") });
  await expect(runtime.spawn("app:one", "app:processes")).resolves.toBeDefined();
});

test("a host that stops refuses, asks, waits, and ends what is left (row 1.5 host stop)", async () => {
  const { runtime, clock, host, entry } = await openNativeDesk();
  const reasons: string[] = [];
  await entry("app:polite", (input) => {
    if (input.kind !== "cancel") return undefined;
    reasons.push(input.reason);
    return done("bye");
  });
  await entry("app:deaf", () => undefined);
  const polite = await runtime.spawn("app:polite", "app:processes");
  const deaf = await runtime.spawn("app:deaf", "app:processes");
  const stopped = host.stop(10_000);
  await clock.advance(100);
  expect(await polite.ended).toMatchObject({ value: "bye" });
  await expect(runtime.spawn("app:deaf", "app:processes")).rejects.toThrow("the host is stopping");
  await clock.advance(10_000);
  expect(await stopped).toBe(0);
  expect(await deaf.ended).toMatchObject({ failed: true });
  expect(reasons).toEqual(["scheduler shutdown"]);
});

test("a cancel with a deadline ends the process then; without one it only asks (row 2.3)", async () => {
  const { runtime, clock, entry } = await openNativeDesk();
  await entry("app:deaf", () => undefined);
  const [asked, forced] = [
    await runtime.spawn("app:deaf", "app:processes"),
    await runtime.spawn("app:deaf", "app:processes"),
  ];
  asked.cancel();
  forced.cancel({ afterMs: 500 });
  await clock.advance(60_000);
  expect(await forced.ended).toMatchObject({ error: new Error("cancel deadline exceeded") });
  expect(runtime.load).toBe(1);
});

test("failures reach monitors and links of the lane (row 1.9)", async () => {
  const { runtime, clock, entry } = await openNativeDesk({ lanes: 1 });
  const heard: string[] = [];
  const relating =
    (trapsLinks: boolean) =>
    (
      input: { readonly kind: string; readonly value?: unknown },
      self: { trapsLinks: boolean; monitor(pid: string): boolean; link(pid: string): boolean },
    ) => {
      if (input.kind !== "message") return void heard.push(`${trapsLinks} ${input.kind}`);
      self.trapsLinks = trapsLinks;
      self.monitor(String(input.value));
      self.link(String(input.value));
      return undefined;
    };
  await entry("app:one", answering);
  await entry("app:trapping", relating(true));
  await entry("app:dying", relating(false));
  const one = await runtime.spawn("app:one", "app:processes");
  const trapping = await runtime.spawn("app:trapping", "app:processes");
  const dying = await runtime.spawn("app:dying", "app:processes");
  trapping.send("watch", one.pid);
  dying.send("watch", one.pid);
  await clock.advance(1);
  one.send("note", "fail");
  await clock.advance(1);
  expect(await dying.ended).toMatchObject({ error: new Error("linked process failed") });
  expect(heard.filter((each) => each.startsWith("true"))).toEqual(["true again", "true exit", "true link_down"]);
});

test("a mailbox is bounded, and who is refused is told", async () => {
  const { runtime, entry, events } = await openNativeDesk({ maxMessages: 2 });
  await entry("app:one", answering);
  const one = await runtime.spawn("app:one", "app:processes");
  for (let n = 0; n < 3; n++) one.send("note", n);
  expect(events).toEqual([
    { kind: "letters.refused", slot: 0, letters: 1 },
    { kind: "letters.refused", slot: 0, letters: 1 },
  ]);
});

test("a lane that breaks is replaced: its processes end as of a lost node, the others live on", async () => {
  const { runtime, clock, engine, entry, events } = await openNativeDesk();
  await entry("app:named", (input, self) => {
    if (input.kind === "again") self.register(`name of ${self.pid}`);
    return answering(input);
  });
  const [first, second] = [
    await runtime.spawn("app:named", "app:processes"),
    await runtime.spawn("app:named", "app:processes"),
  ];
  await clock.advance(1);
  engine.break(0, "it trapped");
  expect(await first.ended).toEqual({ pid: first.pid, failed: true, error: new LaneLostError(0, "it trapped") });
  await clock.advance(1);
  expect(runtime.lookup(`name of ${first.pid}`)).toBeUndefined();
  expect(runtime.lookup(`name of ${second.pid}`)).toBe(second.pid);
  expect(events.map(({ kind }) => kind)).toEqual(["lane.lost", "lane.replaced"]);
  const third = await runtime.spawn("app:named", "app:processes");
  expect(third.pid).toBe("{app:processes|app:named|0x40000}");
  second.send("note", "alive");
  await clock.advance(1);
  expect(await second.ended).toMatchObject({ value: "alive" });
});

test("a lane that has work and does not turn for a second is replaced", async () => {
  const { runtime, clock, engine, entry, events } = await openNativeDesk();
  await entry("app:one", answering);
  const one = await runtime.spawn("app:one", "app:processes");
  engine.hang(0);
  await clock.advance(1_000);
  expect(events).toEqual([]);
  await clock.advance(250);
  expect(events).toMatchObject([{ kind: "lane.lost", why: "it did not turn for 1000 ms" }, { kind: "lane.replaced" }]);
  expect(await one.ended).toMatchObject({ failed: true });
});

test("a lane that cannot be replaced is tried again, at longer and longer pauses", async () => {
  const { clock, engine, events } = await openNativeDesk();
  engine.failures = 3;
  engine.break(1, "its thread ended");
  await clock.advance(10_000);
  expect(events.map((event) => (event.kind === "lane.not_replaced" ? event.nextTryMs : event.kind))).toEqual([
    "lane.lost",
    200,
    400,
    800,
    "lane.replaced",
  ]);
});

test("a lane that breaks while it is opened counts as one that cannot be replaced", async () => {
  const { clock, engine, events } = await openNativeDesk();
  engine.breaksWhileOpening = 1;
  engine.break(0, "its thread ended");
  await clock.advance(1_000);
  expect(events.map(({ kind }) => kind)).toEqual(["lane.lost", "lane.not_replaced", "lane.replaced"]);
});

test("close waits for a lane that is being opened, and opens no more", async () => {
  const { runtime, clock, engine } = await openNativeDesk();
  engine.failures = 1;
  engine.break(0, "its thread ended");
  await clock.advance(0);
  const opened = engine.opened.length;
  await runtime.close();
  expect([engine.opened.length, clock.pending]).toEqual([opened, 0]);
});
