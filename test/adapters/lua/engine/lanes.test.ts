import { expect, test } from "vitest";
import { LaneLostError, ProcessRefusedError } from "../../../../src/app_runtime/processes/process_errors.ts";
import { openBreakableDesk, openLuaDesk, slotOf } from "./lua_desk.ts";

const echo = `
return { main = function()
  local inbox = process.inbox()
  while true do
    local message = inbox:receive()
    if message:topic() == "stop" then return message:payload():data() end
    if message:topic() == "fail" then error(message:payload():data(), 0) end
    process.send(message:from(), "answer", message:payload():data())
  end
end }`;

/** Watches or links another and returns what it hears of it. */
const watcher = `
return { main = function(relation, other, traps)
  process.set_options({ trap_links = traps == true })
  local events = process.events()
  local ok, why = process[relation](other)
  if not ok then return nil, why end
  process.registry.register("ready " .. relation)
  local event = events:receive()
  local result = event.result or {}
  return { kind = event.kind, from = event.from, value = result.value, error = result.error and tostring(result.error) }
end }`;

/** Goes on until its slice is used up: with a huge one its lane turns no more. */
const hanging = `return { main = function() process.inbox():receive() while true do end end }`;

const spin = `return { main = function() while true do end end }`;

test("processes of two lanes talk, in order", async () => {
  const { spawn } = await openLuaDesk({
    echo,
    asking: `return { main = function(other)
      local answers = process.listen("answer")
      for i = 1, 500 do process.send(other, "note", { i, "text" }) end
      for i = 1, 500 do
        local answer = answers:receive()
        if answer[1] ~= i or answer[2] ~= "text" then return i end
      end
      return "in order"
    end }`,
  });
  const other = await spawn("echo");
  const asking = await spawn("asking", other.pid);
  expect(slotOf(asking.pid)).not.toBe(slotOf(other.pid));
  expect(await asking.ended).toMatchObject({ value: "in order" });
});

test("JavaScript sends values of every kind, and gets them back", async () => {
  const { spawn } = await openLuaDesk({ echo });
  const value = { list: [1, 2.5, "three"], yes: true, nested: { deep: new Uint8Array([0xff, 0]) }, big: 2n ** 62n };
  const other = await spawn("echo");
  expect(other.send("stop", value)).toBe("sent");
  expect(await other.ended).toEqual({ pid: other.pid, failed: false, value });
});

test.each([
  ["monitor", false, "stop", { kind: "pid.exit", value: "bye" }],
  ["monitor", false, "fail", { kind: "pid.exit", error: "bye" }],
  ["link", true, "fail", { kind: "pid.link.down", error: "bye" }],
])(
  "a process %ss one of another lane (traps links: %s), which ends by %s (row 1.9)",
  async (relation, traps, topic, heard) => {
    const { runtime, spawn } = await openLuaDesk({ echo, watcher });
    const other = await spawn("echo");
    const watching = await spawn("watcher", relation, other.pid, traps);
    await expect.poll(() => runtime.lookup(`ready ${relation}`)).toBe(watching.pid);
    other.send(topic, "bye");
    expect(await watching.ended).toMatchObject({ failed: false, value: { ...heard, from: other.pid } });
  },
);

test("a link across lanes that is not trapped takes the other with it, but not after a normal end", async () => {
  const { runtime, spawn } = await openLuaDesk({ echo, watcher });
  for (const topic of ["stop", "fail"]) {
    const other = await spawn("echo");
    const linked = await spawn("watcher", "link", other.pid);
    await expect.poll(() => runtime.lookup("ready link")).toBe(linked.pid);
    other.send(topic, "bye");
    await other.ended;
    linked.cancel({ reason: "enough" });
    expect(await linked.ended).toMatchObject(
      topic === "stop"
        ? { failed: false, value: { kind: "pid.cancel" } }
        : { failed: true, error: { message: "linked process failed" } },
    );
  }
});

test("watching a process of another lane that is gone already tells so", async () => {
  const { spawn } = await openLuaDesk({ echo, watcher });
  const other = await spawn("echo");
  other.send("stop", 1);
  await other.ended;
  await spawn("echo");
  const watching = await spawn("watcher", "monitor", other.pid);
  expect(slotOf(watching.pid)).not.toBe(slotOf(other.pid));
  expect(await watching.ended).toMatchObject({ value: { kind: "pid.exit", error: "process not found" } });
});

test("processes cancel and terminate those of other lanes", async () => {
  const { spawn } = await openLuaDesk({
    echo,
    ending: "return { main = function(how, other) return process[how](other, 1) end }",
  });
  for (const [how, message] of [
    ["terminate", "process terminated"],
    ["cancel", "cancel deadline exceeded"],
  ] as const) {
    const other = await spawn("echo");
    const ending = await spawn("ending", how, other.pid);
    expect(await ending.ended).toMatchObject({ value: true });
    expect(await other.ended).toMatchObject({ failed: true, error: { message } });
  }
});

test("a name is the same on every lane, and free when its process has ended (row 1.10)", async () => {
  const { runtime, spawn } = await openLuaDesk({
    named: `return { main = function()
      local ok, why = process.registry.register("desk")
      if not ok then return why:kind() end
      process.inbox():receive()
    end }`,
  });
  const first = await spawn("named");
  await expect.poll(() => runtime.lookup("desk")).toBe(first.pid);
  const second = await spawn("named");
  expect(await second.ended).toMatchObject({ value: "AlreadyExists" });
  expect(runtime.send("desk", "stop", 1)).toBe("sent");
  await first.ended;
  expect(runtime.lookup("desk")).toBeUndefined();
});

test("a lane that hangs is replaced; watchers elsewhere hear of it, linked ones die, the others live on", async () => {
  const { runtime, events, spawn } = await openLuaDesk(
    { echo, watcher, stuck: hanging },
    { hangLimitMs: 400, slice: 2 ** 31 - 1 },
  );
  const stuck = await spawn("stuck");
  const monitoring = await spawn("watcher", "monitor", stuck.pid);
  await expect.poll(() => runtime.lookup("ready monitor")).toBe(monitoring.pid);
  expect(slotOf(monitoring.pid)).not.toBe(slotOf(stuck.pid));
  stuck.send("go", 1);
  expect(await stuck.ended).toMatchObject({ failed: true, error: expect.any(LaneLostError) });
  expect(await monitoring.ended).toMatchObject({
    value: { kind: "pid.exit", from: stuck.pid, error: "the lane of the process was lost" },
  });
  await expect.poll(() => events.map(({ kind }) => kind)).toEqual(["lane.lost", "lane.replaced"]);
  const next = [await spawn("echo"), await spawn("echo")];
  expect(new Set(next.map(({ pid }) => slotOf(pid)))).toEqual(new Set([0, 1]));
  for (const each of next) each.send("stop", "new");
  expect(await Promise.all(next.map(({ ended }) => ended))).toMatchObject([{ value: "new" }, { value: "new" }]);
});

test("when the thread of a lane dies, watchers elsewhere and JavaScript hear of it within 100 ms", async () => {
  const { workers, runtime, spawn } = await openBreakableDesk({ echo, watcher });
  const dying = await spawn("echo");
  const watching = await spawn("watcher", "monitor", dying.pid);
  const linked = await spawn("watcher", "link", dying.pid, true);
  const other = await spawn("echo");
  await expect.poll(() => runtime.lookup("ready monitor")).toBe(watching.pid);
  const onOther = [watching, linked, other].filter(({ pid }) => slotOf(pid) !== slotOf(dying.pid));
  expect(onOther).toContain(watching);
  await expect.poll(() => runtime.lookup("ready link")).toBeDefined();
  const killed = performance.now();
  void workers[slotOf(dying.pid)]?.terminate();
  const ends = await Promise.all([dying.ended, watching.ended]);
  expect(performance.now() - killed).toBeLessThan(100);
  expect(ends).toMatchObject([
    { failed: true, error: { message: expect.stringContaining("its thread ended") } },
    { value: { kind: "pid.exit", from: dying.pid } },
  ]);
  const [survivor] = onOther.filter((each) => each === other);
  survivor?.send("stop", "alive");
  if (survivor !== undefined) expect(await survivor.ended).toMatchObject({ value: "alive" });
});

test.each([
  [true, { failed: false, value: { kind: "pid.link.down", error: "the lane of the process was lost" } }],
  [false, { failed: true, error: { message: "linked process failed" } }],
])("the death of a lane reaches links on others; trapped: %s", async (traps, expected) => {
  const { workers, runtime, spawn } = await openBreakableDesk({ echo, watcher });
  const dying = await spawn("echo");
  const linked = await spawn("watcher", "link", dying.pid, traps);
  await expect.poll(() => runtime.lookup("ready link")).toBe(linked.pid);
  void workers[slotOf(dying.pid)]?.terminate();
  expect(await linked.ended).toMatchObject(expected);
});

test("the names of a lane that died are free, those of the others stay", async () => {
  const named = "return { main = function(name) process.registry.register(name) process.inbox():receive() end }";
  const { workers, runtime, spawn } = await openBreakableDesk({ named });
  const dying = await spawn("named", "gone");
  const other = await spawn("named", "stays");
  await expect.poll(() => [runtime.lookup("gone"), runtime.lookup("stays")]).toEqual([dying.pid, other.pid]);
  void workers[slotOf(dying.pid)]?.terminate();
  await dying.ended;
  expect([runtime.lookup("gone"), runtime.lookup("stays")]).toEqual([undefined, other.pid]);
});

test("whoever watches a process of a lane that is being replaced is told that it is gone", async () => {
  const { workers, events, spawn } = await openBreakableDesk({ echo, watcher });
  const dying = await spawn("echo");
  await spawn("echo");
  void workers[slotOf(dying.pid)]?.terminate();
  await dying.ended;
  const watching = await spawn("watcher", "monitor", dying.pid);
  expect(await watching.ended).toMatchObject({ value: { kind: "pid.exit", from: dying.pid } });
  await expect.poll(() => events.map(({ kind }) => kind)).toContain("lane.replaced");
});

test("a program that spins hangs no lane", async () => {
  const rest = 'return { main = function() require("time").sleep("300ms") end }';
  const { events, spawn } = await openLuaDesk({ echo, spin, rest }, { lanes: 1, hangLimitMs: 100 });
  const spinning = await spawn("spin");
  const other = await spawn("echo");
  await (await spawn("rest")).ended; // three times the limit, on the lane itself
  other.send("stop", "still here");
  expect(await other.ended).toMatchObject({ value: "still here" });
  spinning.terminate();
  await spinning.ended;
  expect(events).toEqual([]);
});

test.each([
  ["local x = = 1", "app:bad:1:"],
  ["local x: = 1", "app:bad:1:"],
])("%s does not compile, and the message names file and line", async (bad, place) => {
  await expect(openLuaDesk({ bad })).rejects.toThrow(place);
});

test("annotations of types are read and left out", async () => {
  const { spawn } = await openLuaDesk({
    typed: "type N = number\nlocal function main(a: N, b: N?): N return a + (b or 0) end\nreturn { main = main }",
  });
  expect(await (await spawn("typed", 40, 2)).ended).toMatchObject({ value: 42 });
});

test("what cannot start says why (row 1.7 spawn)", async () => {
  const { spawn, host } = await openLuaDesk({ raising: "error('at the top', 0)", empty: "return {}", echo });
  await expect(spawn("raising")).rejects.toThrow("app:raising did not start on app:processes: at the top.");
  await expect(spawn("empty")).rejects.toThrow("method 'main' not found");
  await expect(spawn("nobody")).rejects.toThrow(ProcessRefusedError);
  await host.stop(0);
  await expect(spawn("echo")).rejects.toThrow("the host is stopping");
});

test("a host that stops asks its processes, children too, and ends those that go on", async () => {
  const { host, spawn } = await openLuaDesk({
    echo,
    polite: `return { main = function()
      process.spawn("app:echo", "app:processes")
      return process.events():receive().reason
    end }`,
  });
  const polite = await spawn("polite");
  const deaf = await spawn("echo");
  expect(await host.stop(200)).toBe(0);
  expect(await polite.ended).toMatchObject({ value: "scheduler shutdown" });
  expect(await deaf.ended).toMatchObject({ failed: true });
});

test("close ends every thread, whatever runs on it", async () => {
  const { runtime, spawn } = await openLuaDesk({ spin, echo });
  const all = [await spawn("spin"), await spawn("spin"), await spawn("echo")];
  await runtime.close();
  for (const each of all) expect(await each.ended).toMatchObject({ failed: true, error: expect.any(LaneLostError) });
  await expect(spawn("echo")).rejects.toThrow("not running");
});
