import { expect, test } from "vitest";
import { TestLane } from "./test_lane.ts";

const messages = 1_000;
const upgrades = 100;

/** Reads some messages, through whatever channels, leaves others unread in all of them, and becomes the other version of itself. */
function version(n: number): string {
  return `
local me, other = "app:v${n}", "app:v${1 - n}"
return function(got, left)
  local topics = { process.listen("a"), process.listen("${n === 0 ? "b" : "c"}"), process.inbox() }
  local cases = {}
  for i, topic in ipairs(topics) do cases[i] = topic:case_receive() end
  for _ = 1, left == 0 and ${messages} - #got or (${messages} // ${upgrades}) // 2 do
    local value = channel.select(cases).value
    if type(value) == "userdata" then value = value:payload():data() end
    got[#got + 1] = value.n
    assert(value.text == "text of this chunk " .. value.n and value.constant == "a constant of the sender")
  end
  if left == 0 then return got end
  process.upgrade(other, got, left - 1)
end`;
}

const sender = `return function(to, from)
  local topics = { "a", "b", "c", "d" }
  for n = from, ${messages}, 4 do
    assert(process.send(to, topics[n % 4 + 1], { n = n, text = "text of this chunk " .. n, constant = "a constant of the sender" }))
    if n % 3 == 0 then require("time").sleep("1ms") end
  end
end`;

test.each([1, 7, 20_000])(
  "%i slice: a thousand messages across a hundred upgrades: none lost, none doubled",
  (slice) => {
    const lane = new TestLane({ slice });
    for (const n of [0, 1]) lane.lane.defineEntry({ id: `app:v${n}`, source: version(n) });
    lane.lane.defineEntry({ id: "app:sender", source: sender });
    const pid = lane.lane.spawn("app:v0", "app:processes", [{}, upgrades]);
    for (let from = 1; from <= 4; from++) lane.lane.spawn("app:sender", "app:processes", [pid, from]);
    const end = lane.finish(pid);
    expect(end.failed ? end.error.message : "passed").toBe("passed");
    const got = (end as unknown as { readonly value: readonly number[] }).value;
    expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: messages }, (_, n) => n + 1));
    lane.advance(1); // the last of the senders may sleep
    lane.lane.run();
    expect(lane.lane.processes).toBe(0);
  },
);

test("an upgrade that fails gives its last messages to nobody, and its memory back", () => {
  const lane = new TestLane();
  lane.lane.defineEntry({
    id: "app:main",
    source: "return function() process.listen('t') process.send(process.pid(), 't', 1) process.upgrade('app:bad') end",
  });
  lane.lane.defineEntry({ id: "app:bad", source: "error(string.rep('x', 1000000))" });
  for (let i = 0; i < 20; i++) {
    const end = lane.finish(lane.lane.spawn("app:main", "app:processes"));
    expect(end).toMatchObject({
      failed: true,
      error: { message: expect.stringMatching(/^upgrade: xxx|^upgrade: app:bad:1: xxx/) },
    });
  }
  expect(lane.lane.processes).toBe(0);
});

test("strings of the old code in unread messages outlive that code", () => {
  const lane = new TestLane();
  const first = `return function(parent)
    for i = 1, 50 do process.send(process.pid(), "kept", { constant = "a constant that only this version has", key_of_this_version = i }) end
    process.listen("go"):receive()
    process.upgrade(nil, true)
  end`;
  const second = `local filled = {}
  for i = 1, 2000 do filled[i] = { "other strings at the same places " .. i } end
  return function()
    local kept = process.listen("kept")
    for i = 1, 50 do
      local value = kept:receive()
      assert(value.constant == "a constant that only this version has", value.constant)
      assert(value["key_of_this_" .. "version"] == i)
    end
    return "kept"
  end`;
  lane.lane.defineEntry({ id: "app:main", source: first });
  const pid = lane.lane.spawn("app:main", "app:processes");
  lane.lane.run();
  lane.lane.defineEntry({ id: "app:main", source: second });
  for (let i = 0; i < 20; i++) lane.lane.send(pid, "other", "y".repeat(i * 10));
  lane.lane.send(pid, "go", true);
  const end = lane.finish(pid);
  expect(end).toMatchObject({ value: "kept" });
});
