import { expect, test } from "vitest";
import type { ProcessHostSettings } from "../../../../src/app_runtime/index.ts";
import { TestLane } from "./test_lane.ts";

const host: ProcessHostSettings = {
  id: "app:small",
  maxProcesses: 0,
  maxMemory: 8 << 20,
  maxMessages: 1_000,
  maxMailbox: 1 << 20,
};

/** Runs `source` as app:main on `host`, with other entries beside it. */
function run(
  source: string,
  on: Partial<ProcessHostSettings> = {},
  entries: Readonly<Record<string, string>> = {},
): TestLane {
  const lane = new TestLane();
  lane.lane.defineHost({ ...host, ...on });
  for (const [id, text] of Object.entries({ "app:main": source, ...entries }))
    lane.lane.defineEntry({ id, source: text });
  return lane;
}

function outcome(lane: TestLane): string {
  const end = lane.finish(lane.lane.spawn("app:main", host.id));
  return end.failed ? end.error.message : "passed";
}

const idle = "return function() process.inbox():receive() end";

test("row 1.5 Host: beyond max_processes a spawn is refused, retryable, until one has ended", () => {
  const source = `return function()
    local first = process.spawn_monitored("app:idle", "app:small")
    assert(process.spawn("app:idle", "app:small"))
    for _, spawn in ipairs({ process.spawn, process.spawn_monitored, process.spawn_linked, process.spawn_linked_monitored, process.exec }) do
      local pid, why = spawn("app:idle", "app:small")
      assert(pid == nil and why:kind() == "LimitExceeded" and why:retryable() == true)
      assert(string.find(why, "max processes limit exceeded", 1, true))
    end
    process.terminate(first)
    process.events():receive()
    assert(process.spawn("app:idle", "app:small"))
  end`;
  expect(outcome(run(source, { maxProcesses: 3 }, { "app:idle": idle }))).toBe("passed");
});

test("row 1.5 Host: each host has its own limit", () => {
  const lane = run(idle, { maxProcesses: 1 });
  lane.lane.defineHost({ ...host, id: "app:other", maxProcesses: 1 });
  lane.lane.spawn("app:main", "app:small");
  expect(() => lane.lane.spawn("app:main", "app:small")).toThrow(/max processes limit exceeded/);
  expect(lane.lane.spawn("app:main", "app:other")).toMatch(/^\{app:other\|/);
});

const graceful = `return function()
  local event = process.events():receive()
  assert(event.kind == "pid.cancel" and event.reason == "scheduler shutdown")
  assert(not process.spawn("app:stubborn", "app:small"))
  return math.floor(event.deadline - event.at + 0.5)
end`;
const runaway = "return function() while true do end end";

test("row 1.5 Host stop: refuses new ones, sends CANCEL, waits, then ends the rest", () => {
  const lane = run(graceful, {}, { "app:stubborn": idle, "app:runaway": runaway });
  lane.lane.defineHost({ ...host, id: "app:other" });
  const pids = ["app:main", "app:stubborn", "app:runaway"].map((entry) => lane.lane.spawn(entry, "app:small"));
  const elsewhere = lane.lane.spawn("app:stubborn", "app:other");
  lane.lane.run(10);
  lane.lane.stopHost("app:small", 10_000);
  expect(() => lane.lane.spawn("app:stubborn", "app:small")).toThrow(/stopping/);
  lane.lane.run(10);
  expect([...lane.ends.keys()]).toEqual([pids[0]]);
  expect(lane.ends.get(pids[0] ?? "")).toMatchObject({ failed: false, value: 10 });
  lane.advance(10_000);
  lane.lane.run(10);
  for (const pid of pids.slice(1))
    expect(lane.ends.get(pid)).toMatchObject({ failed: true, error: { message: "scheduler shutdown" } });
  expect(lane.ends.has(elsewhere)).toBe(false);
  expect(lane.lane.processes).toBe(1);
});

test("row 1.7 spawn: a script that does not compile, and its next version that does", () => {
  const source = `return function()
    local pid, why = process.spawn("app:broken", "app:small")
    assert(pid == nil and why:kind() == "Invalid" and string.find(why, "app:broken:2:", 1, true), tostring(why))
  end`;
  const lane = run(source);
  expect(() => lane.lane.defineEntry({ id: "app:broken", source: "local a\nlocal = 5" })).toThrow(/app:broken:2:/);
  expect(outcome(lane)).toBe("passed");
  lane.lane.defineEntry({ id: "app:broken", source: "return function() return 'mended' end" });
  expect(lane.finish(lane.lane.spawn("app:broken", "app:small"))).toMatchObject({ value: "mended" });
  expect(() => lane.lane.defineEntry({ id: "app:broken", source: "local = 6" })).toThrow();
  expect(lane.finish(lane.lane.spawn("app:broken", "app:small"))).toMatchObject({ value: "mended" });
});

test("row 2.8 Method: the method key wins, and one that is missing is an error", () => {
  const lane = run("return { main = function() return 'main' end, other = function() return 'other' end }");
  lane.lane.defineEntry({
    id: "app:other",
    method: "other",
    source: "return { main = error, other = function() return 'other' end }",
  });
  lane.lane.defineEntry({ id: "app:none", method: "none", source: "return { main = error }" });
  expect(lane.finish(lane.lane.spawn("app:other", host.id))).toMatchObject({ value: "other" });
  expect(() => lane.lane.spawn("app:none", host.id)).toThrow(/method 'none' not found/);
});

test("row 1.7 terminate from outside ends one that runs for ever, and one that waits", () => {
  const lane = run(runaway, {}, { "app:idle": idle });
  for (const entry of ["app:main", "app:idle"]) {
    const pid = lane.lane.spawn(entry, host.id);
    lane.lane.run(5);
    expect(lane.lane.terminate(pid)).toBe(true);
    expect(lane.finish(pid)).toMatchObject({ error: { message: "process terminated" } });
    expect(lane.lane.terminate(pid)).toBe(false);
  }
});

const silent = `return function()
  local go = process.listen("go")
  go:receive()
  local work, got = process.listen("work"), {}
  while true do
    local result = channel.select({ work:case_receive(), default = true })
    if result.default then return got end
    got[#got + 1] = result.value
  end
end`;

test("row 2.32 a full mailbox refuses, retryable, and takes again what it has room for", () => {
  const source = `return function()
    local pid = process.spawn_monitored("app:silent", "app:small")
    process.send(pid, "x", 1)
    local count, why = 0, nil
    repeat
      local ok
      ok, why = process.send(pid, "work", count + 1)
      if ok then count = count + 1 end
    until not ok
    assert(why:kind() == "Unavailable" and why:retryable() == true and string.find(why, "mailbox", 1, true))
    assert(count == 499, count) -- half: nobody listens to them so far
    local topic = process.listen("t")
    for i = 1, 1000 do assert(process.send(process.pid(), "t", i)) end
    assert(not process.send(process.pid(), "t", 1001))
    assert(topic:receive() == 1 and process.send(process.pid(), "t", 1001))
    local ok, large = process.send(pid, "go", string.rep("x", 2000000))
    assert(ok == nil and large:kind() == "Unavailable")
    -- a flood of what nobody wants does not keep out what is wanted, nor events
    assert(process.cancel(pid))
    for _ = 1, 50000 do end -- the other has its turn, and listens
    assert(process.send(pid, "go", true))
    assert(#process.events():receive().result.value == 499)
  end`;
  expect(outcome(run(source, {}, { "app:silent": silent }))).toBe("passed");
});

test("row 2.32 drop_oldest: the newest stay, in order", () => {
  const source = `return function()
    local pid = process.with_options({ when_full = "drop_oldest" }):spawn_monitored("app:silent", "app:small")
    process.listen("turn")
    for i = 1, 5000 do assert(process.send(pid, "work", i)) end
    assert(process.send(pid, "go", true))
    local got = process.events():receive().result.value
    assert(got[#got] == 5000 and #got >= 499, #got)
    for i = 2, #got do assert(got[i] == got[i - 1] + 1) end
  end`;
  expect(outcome(run(source, {}, { "app:silent": silent }))).toBe("passed");
  const dropping = `return function()
    assert(process.get_options().when_full == "drop_oldest")
    local a, b, me = process.listen("a"), process.listen("b"), process.pid()
    for i = 1, 1000 do assert(process.send(me, i % 2 == 0 and "a" or "b", i)) end
    for i = 1001, 1100 do assert(process.send(me, "a", i)) end
    assert(a:receive() == 102 and b:receive() == 101)
  end`;
  expect(outcome(run(dropping, { whenFull: "drop_oldest" }))).toBe("passed");
});

test("row 2.32 wait: a sender goes on when there is room, in order, and hears of the receiver's end", () => {
  const source = `return function()
    local pid = process.with_options({ when_full = "wait" }):spawn_monitored("app:reads", "app:small", 3000)
    local inbox = process.inbox()
    assert(inbox:receive():topic() == "ready")
    for i = 1, 3000 do assert(process.send(pid, "work", i)) end
    local event = process.events():receive()
    assert(event.result.value == 3000, tostring(event.result.error))
    -- one that ends under those that wait
    pid = process.with_options({ when_full = "wait" }):spawn("app:reads", "app:small", 10)
    assert(inbox:receive():topic() == "ready")
    local why
    for i = 1, 3000 do
      local ok
      ok, why = process.send(pid, "work", i)
      if not ok then break end
    end
    assert(why:kind() == "NotFound")
    -- to itself it cannot wait
    assert(process.set_options({ when_full = "wait" }))
    local own = process.listen("own")
    for i = 1, 1000 do assert(process.send(process.pid(), "own", i)) end
    local ok, full = process.send(process.pid(), "own", 1001)
    assert(ok == nil and full:kind() == "Unavailable")
    for i = 1, 1000 do assert(own:receive() == i) end
    -- one that ends while it waits leaves nothing behind
    pid = process.with_options({ when_full = "wait" }):spawn("app:reads", "app:small", 0)
    assert(inbox:receive():topic() == "ready")
    for _ = 1, 20 do process.terminate(process.spawn("app:floods", "app:small", pid)) process.spawn("app:floods", "app:small", pid) end
    return pid
  end`;
  const reads = `return function(count)
    local work = process.listen("work")
    process.send("{app:small|0x00001}", "ready", true)
    for i = 1, count do assert(work:receive() == i) end
    if count == 0 then process.inbox():receive() end
    return count
  end`;
  const floods = `return function(to) for i = 1, 2000 do process.send(to, "work", i) end end`;
  const lane = run(source, {}, { "app:reads": reads, "app:floods": floods });
  const end = lane.finish(lane.lane.spawn("app:main", host.id));
  expect(end).toMatchObject({ failed: false });
  lane.lane.run();
  expect(lane.lane.processes).toBe(21);
  lane.lane.stopHost(host.id, 0);
  lane.lane.run();
  expect(lane.lane.processes).toBe(0);
});

test("row 2.1 send_mode batch: several values are one message, a list of payloads in the inbox", () => {
  const source = `return function()
    local me, several, inbox = process.pid(), process.listen("several"), process.inbox()
    process.send(me, "several", 1, "two", { 3 })
    process.send(me, "several", "single")
    process.send(me, "several")
    local list = several:receive()
    assert(#list == 3 and list[1] == 1 and list[2] == "two" and list[3][1] == 3)
    assert(several:receive() == "single")
    local value, ok = several:receive()
    assert(value == nil and ok == true)
    process.send(me, "other", "a", "b")
    local payloads = inbox:receive():payload()
    assert(#payloads == 2 and payloads[1]:data() == "a" and payloads[2]:data() == "b")
    process.send(me, "other", "one")
    assert(inbox:receive():payload():data() == "one")
  end`;
  expect(outcome(run(source, { batchSends: true }))).toBe("passed");
});

test("row 2.29 OUTDATED: told of a newer version, when asked for; upgrade takes it", () => {
  const version = (n: number) => `return function(before)
    process.set_options({ upgradable = true })
    if before then return before .. " then ${n}" end
    local event = process.events():receive()
    assert(event.kind == process.event.OUTDATED)
    process.upgrade(nil, "${n}")
  end`;
  const lane = run(version(1), {}, { "app:other": idle });
  const pid = lane.lane.spawn("app:main", host.id);
  const other = lane.lane.spawn("app:other", host.id);
  lane.lane.run();
  lane.lane.defineEntry({ id: "app:other", source: idle });
  lane.lane.run();
  expect(lane.ends.size).toBe(0);
  lane.lane.defineEntry({ id: "app:main", source: version(2) });
  expect(lane.finish(pid)).toMatchObject({ value: "1 then 2" });
  expect(lane.ends.has(other)).toBe(false);
});

test("row 2.7 PID text: short when asked for, and both forms are read", () => {
  const lane = new TestLane({ shortPids: true });
  const source = `return function()
    local me = process.pid()
    assert(string.match(me, "^{app:processes|0x%x+}$"), me)
    local inbox = process.inbox()
    for _, form in ipairs({ me, (string.gsub(me, "|", "|app:main|")), (string.gsub(me, "0x", "0x00")) }) do
      assert(process.send(form, "t", 1))
      assert(inbox:receive():from() == me)
    end
  end`;
  lane.lane.defineEntry({ id: "app:main", source });
  const end = lane.finish(lane.lane.spawn("app:main", "app:processes"));
  expect(end.failed ? end.error.message : "passed").toBe("passed");
});

test("row 1.8 from() is nil for what comes from outside", () => {
  const lane = run(
    "return function() local m = process.inbox():receive() return { m:from() == nil, m:payload():data() } end",
  );
  const pid = lane.lane.spawn("app:main", host.id);
  expect(lane.lane.send(pid, "t", { a: 1 })).toBe("done");
  expect(lane.finish(pid)).toMatchObject({ value: [true, { a: 1 }] });
  expect(lane.lane.send(pid, "t", 1)).toBe("unknown");
});
