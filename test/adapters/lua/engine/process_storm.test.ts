import { expect, test } from "vitest";
import { TestLane } from "./test_lane.ts";

/** Does anything to anybody, as a seed says: what must hold is that the lane lives, and that everything ends when it is told to. */
const actor = `
local names = { "n1", "n2", "n3", "n4" }
return function(seed, depth, known)
  local state = seed % 2147483647
  local function random(n)
    state = (state * 48271 + 11) % 2147483647
    return state % n + 1
  end
  known = known or {}
  known[#known + 1] = process.pid()
  local entries, topics = { "app:actor", "app:other", "app:raises", "app:nowhere" }, { "a", "b", "c" }
  local channels = {}
  local function anybody() return random(4) == 1 and names[random(#names)] or known[random(#known)] end
  local function learn(pid) if type(pid) == "string" then known[random(20)] = pid known[1] = known[1] or pid end return pid end
  local actions
  actions = {
    function() process.send(anybody(), topics[random(3)], { random(9), known[random(#known)], text = string.rep("x", random(300)) }) end,
    function() if depth > 0 then learn(process.spawn(entries[random(4)], "app:processes", random(1000000), depth - 1, known)) end end,
    function() if depth > 0 then learn(process.spawn_linked(entries[random(3)], "app:processes", random(1000000), depth - 1, known)) end end,
    function() if depth > 0 then learn(process.spawn_linked_monitored(entries[random(3)], "app:processes", random(1000000), depth - 1)) end end,
    function() if depth > 0 then coroutine.spawn(function() process.exec(entries[random(3)], "app:processes", random(1000000), depth - 1) end) end end,
    function()
      if depth == 0 then return end
      local spawner = process.with_context({ seed = seed }):with_options({ trap_links = random(2) == 1, when_full = ({ "wait", "refuse", "drop_oldest" })[random(3)] })
      if random(2) == 1 then spawner = spawner:with_name(names[random(#names)]):with_message("a", 1, known) end
      pcall(function() learn(spawner:spawn_monitored(entries[random(3)], "app:processes", random(1000000), depth - 1)) end)
    end,
    function() process.monitor(anybody(), { ok_if_dead = random(2) == 1 }) end,
    function() process.unmonitor(anybody()) end,
    function() process.link(anybody()) end,
    function() process.unlink(anybody()) end,
    function() if random(6) == 1 then process.terminate(anybody()) end end,
    function() process.cancel(anybody(), ({ 5, "20ms", "reason", 100000 })[random(4)]) end,
    function() process.registry.register(names[random(#names)], random(2) == 1 and known[random(#known)] or nil) end,
    function() process.registry.unregister(names[random(#names)]) end,
    function() process.set_options({ trap_links = random(2) == 1, link_events = random(2) == 1, upgradable = true, when_full = ({ "wait", "refuse", "drop_oldest" })[random(3)] }) end,
    function() channels[random(5)] = process.listen(topics[random(3)], { message = random(2) == 1 }) end,
    function() channels[random(5)] = random(2) == 1 and process.inbox() or process.events() end,
    function() process.unlisten(channels[random(5)]) end,
    function() channels[random(5)] = channel.new(random(3) - 1) end,
    function() channels[random(5)] = require("time").after(random(50) .. "ms") end,
    function() local ch = channels[random(5)] if ch then pcall(ch.close, ch) end end,
    function() local ch = channels[random(5)] if ch then coroutine.spawn(function() pcall(ch.send, ch, { random(5) }) end) end end,
    function() local ch = channels[random(5)] if ch then coroutine.spawn(function() ch:receive() end) end end,
    function()
      local cases = { default = random(2) == 1 }
      for i = 1, 5 do
        local ch = channels[i]
        if ch then
          local ok, case = pcall(random(2) == 1 and ch.case_send or ch.case_receive, ch, i)
          if ok then cases[#cases + 1] = case end
        end
      end
      coroutine.spawn(function() pcall(channel.select, cases) end)
      if random(3) == 1 then for i = #cases, 1, -1 do cases[i] = nil end end
    end,
    function() require("time").sleep(random(30) .. "ms") end,
    function() coroutine.wrap(function() require("time").sleep("1ms") coroutine.yield() end)() end,
    function() if random(8) == 1 and depth > 0 then process.upgrade(entries[random(5)], random(1000000), depth - 1, known) end end,
    function() if random(10) == 1 then error({ known }) end end,
    function() if random(10) == 1 then error(errors.new({ message = "x", details = known })) end end,
    function() coroutine.spawn(function() for _ = 1, random(30) do process.send(anybody(), topics[random(3)], known) end end) end,
  }
  for _ = 1, 40 do actions[random(#actions)]() end
  if random(2) == 1 then process.inbox():receive() end
  return known, random(9) == 1 and "a failure" or nil
end`;

test.each([1, 7, 20_000])("a storm of processes that do anything to each other harms no lane (slice %i)", (slice) => {
  let ended = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const lane = new TestLane({ slice, maxProcesses: 300, maxMemory: 2 << 20 });
    lane.lane.defineHost({
      id: "app:processes",
      maxProcesses: 300,
      maxMemory: 2 << 20,
      maxMessages: 40,
      maxMailbox: 64 << 10,
    });
    lane.lane.defineEntry({ id: "app:actor", source: actor });
    lane.lane.defineEntry({ id: "app:other", source: `local other = true ${actor}` });
    lane.lane.defineEntry({
      id: "app:raises",
      source: "process.link('n1') process.registry.register('n2') error('x')",
    });
    for (let n = 0; n < 10; n++) lane.lane.spawn("app:actor", "app:processes", [seed * 1000 + n, 4]);
    for (let turn = 0; turn < 300 && lane.lane.processes > 0; turn++) {
      lane.advance(Math.min(lane.lane.run(200) ?? 1, 10));
      if (turn % 50 === 25) lane.lane.defineEntry({ id: "app:other", source: `local version = ${turn} ${actor}` });
    }
    lane.lane.stopHost("app:processes", 100);
    for (let turn = 0; turn < 1000 && lane.lane.processes > 0; turn++) lane.advance(Math.min(lane.lane.run() ?? 1, 10));
    expect({ seed, left: lane.lane.processes }).toEqual({ seed, left: 0 });
    ended += lane.ends.size;
  }
  expect(ended).toBe(120);
});
