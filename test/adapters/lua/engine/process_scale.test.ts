import { expect, test } from "vitest";
import { TestLane } from "./test_lane.ts";

const count = 100_000;

function lane(entries: Readonly<Record<string, string>>): TestLane {
  const made = new TestLane();
  for (const [id, source] of Object.entries(entries)) made.lane.defineEntry({ id, source });
  return made;
}

function finish(on: TestLane, entry = "app:main"): unknown {
  const end = on.finish(on.lane.spawn(entry, "app:processes"), Number.POSITIVE_INFINITY);
  on.ends.clear();
  return end.failed ? end.error.message : end.value;
}

/** What the lane holds after each of ten rounds. */
function memoryOfRounds(on: TestLane, expected: unknown): number[] {
  return Array.from({ length: 10 }, () => {
    expect(finish(on)).toBe(expected);
    on.advance(3_600_000);
    on.lane.run();
    expect(on.lane.processes).toBe(0);
    return on.lane.memory;
  });
}

test("a hundred thousand processes spawned, messaged and ended ten times: memory grows no more after the third round", () => {
  const on = lane({
    "app:main": `return function()
      local me, pids, done, sum = process.pid(), {}, process.listen("done"), 0
      for i = 1, ${count} do pids[i] = process.spawn("app:worker", "app:processes", me) end
      for i = 1, ${count} do process.send(pids[i], "work", i) end
      for i = 1, ${count} do sum = sum + done:receive() end
      return sum
    end`,
    "app:worker": "return function(to) process.send(to, 'done', process.inbox():receive():payload():data()) end",
  });
  const rounds = memoryOfRounds(on, (count * (count + 1)) / 2);
  expect(rounds.slice(3)).toEqual(rounds.slice(3).fill(rounds[2] ?? 0));
}, 60_000);

test("all that hangs on processes goes with them: relations, names, executions, timers, waits, contexts, upgrades", () => {
  const on = lane({
    "app:main": `local time = require("time")
    return function()
      process.set_options({ trap_links = true, link_events = true })
      for i = 1, 5000 do
        local pid = process.with_context({ n = i }):with_name("name" .. i):with_message("m", { i })
          :spawn_linked_monitored("app:worker", "app:processes", i)
        process.cancel(pid, "30m", "a reason")
        if i % 3 == 0 then process.terminate(pid) end
      end
      assert(process.exec("app:worker", "app:processes", 1) == nil)
      time.sleep("1s")
    end`,
    "app:worker": `local time = require("time")
    return function(i, again)
      if i % 5 == 0 and not again then process.upgrade(nil, i, true) end
      coroutine.spawn(function() time.sleep("2h") end)
      coroutine.spawn(function() channel.select({ process.listen("x"):case_receive(), process.events():case_receive() }) end)
      coroutine.spawn(function() process.exec("app:waits", "app:processes") end)
      time.sleep("1ms")
      if i % 2 == 0 then error({ i }) end
    end`,
    "app:waits": "return function() process.inbox():receive() end",
  });
  const rounds = memoryOfRounds(on, null);
  expect(rounds.slice(3)).toEqual(rounds.slice(3).fill(rounds[2] ?? 0));
}, 20_000);

test("row 1.9 a chain of a hundred thousand links goes down from its end, without recursion", () => {
  const on = lane({
    "app:main": `return function()
      process.set_options({ trap_links = true })
      local first = process.spawn_linked("app:link", "app:processes", ${count}, process.pid())
      local last = process.inbox():receive():from()
      process.send(last, "end", true)
      local event = process.events():receive()
      assert(event.kind == process.event.LINK_DOWN and event.from == first)
      return tostring(event.result.error)
    end`,
    "app:link": `return function(left, parent)
      if left > 1 then process.spawn_linked("app:link", "app:processes", left - 1, parent)
      else process.send(parent, "ready", true) end
      process.inbox():receive()
      error("the end")
    end`,
  });
  expect(finish(on)).toBe("linked process failed");
  expect(on.lane.processes).toBe(0);
}, 20_000);

test("row 1.9 a star: a hundred thousand linked to one go down with it; those that trap are told", () => {
  const on = lane({
    "app:main": `return function()
      local hub = process.spawn("app:hub", "app:processes")
      local keeper = process.spawn_monitored("app:keeper", "app:processes", hub)
      process.inbox():receive()
      for i = 1, ${count} do process.spawn("app:leaf", "app:processes", hub) end
      process.spawn_monitored("app:leaf", "app:processes", hub, process.pid())
      process.inbox():receive() -- the last one is linked
      process.send(hub, "go", true)
      local a, b = process.events():receive(), process.events():receive()
      if a.from == keeper then a, b = b, a end
      return tostring(a.result.error) .. ", " .. tostring(b.result.value)
    end`,
    "app:hub": `return function()
      process.inbox():receive()
      error("gone")
    end`,
    "app:leaf": `return function(hub, parent)
      process.link(hub)
      if parent then process.send(parent, "linked", true) end
      process.inbox():receive()
    end`,
    "app:keeper": `return function(hub)
      process.set_options({ trap_links = true })
      process.link(hub)
      process.send("{app:processes|0x00001}", "ready", true)
      local event = process.events():receive()
      return event.kind .. " " .. tostring(event.from == hub)
    end`,
  });
  expect(finish(on)).toBe("linked process failed, pid.link.down true");
  expect(on.lane.processes).toBe(0);
}, 20_000);

test("a hundred thousand children of one process that share its context and ask for nothing more", () => {
  const on = lane({
    "app:main": `return function(inner)
      if not inner then
        return process.with_context({ tenant = string.rep("t", 60000) }):exec("app:main", "app:processes", true)
      end
      local events = process.events()
      for i = 1, ${count} do process.spawn("app:idle", "app:processes") end
      process.spawn_monitored("app:asks", "app:processes")
      return events:receive().result.value
    end`,
    "app:idle": "return function() process.inbox():receive() end",
    "app:asks": "return function() return #require('ctx').get('tenant') end",
  });
  expect(finish(on)).toBe(60_000);
  expect(on.lane.memory).toBeLessThan(600 << 20);
  on.lane.stopHost("app:processes", 0);
  for (let turn = 0; turn < 100 && on.lane.processes > 0; turn++) on.lane.run();
  expect(on.lane.processes).toBe(0);
}, 20_000);
