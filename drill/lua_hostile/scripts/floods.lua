--@ script flood-itself held
while true do process.send(process.pid(), "self", { 1, 2, 3 }) end
--@ script flood-itself-inbox held
local inbox = process.inbox()
while true do process.send(process.pid(), "self", string.rep("x", 1000)) end
--@ script flood-a-neighbour held
while true do process.send(NEIGHBOUR, "flood", { 1, 2, 3 }) end
--@ script flood-a-neighbour-large held
local s = string.rep("x", 1000000)
while true do process.send(NEIGHBOUR, "flood", s) end
--@ script flood-many-at-once held
local t = {}
for i = 1, 200 do t[i] = { i } end
while true do process.send(NEIGHBOUR, "flood", table.unpack(t)) end
--@ script flood-elsewhere held
while true do process.send("{elsewhere@host|app:x|0x00001}", "flood", { 1, 2, 3 }) end
--@ script flood-nobody held
while true do process.send("{app:drill|0xfffff}", "x", 1) end
--@ script deep-message held
local t = {}
for i = 1, 1000 do t = { t } end
while true do pcall(process.send, NEIGHBOUR, "flood", t) end
--@ script wide-message held
local t = {}
for i = 1, 300000 do t[i] = { i } end
while true do pcall(process.send, NEIGHBOUR, "flood", t) end
--@ script shared-message held
-- Each level names the one below twice; written out it would have 2^60 tables.
local t = {}
for i = 1, 60 do t = { t, t } end
while true do process.send(process.pid(), "self", t) end
--@ script topics ends topics at most
for i = 1, math.huge do process.listen("topic " .. i) end
--@ script topics-in-pcall held
for i = 1, math.huge do pcall(process.listen, "topic " .. i) end
--@ script listen-unlisten held
while true do process.unlisten(process.listen("topic")) end
--@ script timers ends too many|at most|not enough memory
local keep = {}
for i = 1, math.huge do keep[i] = require("time").after("1h") end
--@ script due-timers held
local time = require("time")
while true do pcall(time.after, "1ns") end
--@ script names ends at most
for i = 1, math.huge do
  local ok, err = process.registry.register("name " .. i)
  if not ok then error(err) end
end
--@ script long-names held
while true do pcall(process.registry.lookup, string.rep("n", 1000000)) pcall(process.registry.lookup, "name") end
--@ script channels ends not enough memory|at most
local channel = require("channel")
local keep = {}
for i = 1, math.huge do keep[i] = channel.new(1) end
--@ script channel-buffer ends not enough memory
local c = require("channel").new(1 << 30)
while true do c:send({}) end
--@ script large-select held
local channel = require("channel")
local cases = {}
for i = 1, 1000 do cases[i] = channel.new():case_receive() end
while true do channel.select(cases, true) end
--@ script many-selects ends not enough memory
local channel = require("channel")
local cases = {}
for i = 1, 1000 do cases[i] = channel.new():case_receive() end
while true do coroutine.spawn(function() channel.select(cases) end) end
--@ script coroutines ends not enough memory|at most
local keep = {}
while true do keep[#keep + 1] = coroutine.wrap(function() coroutine.yield() end) keep[#keep]() end
--@ script spawned-coroutines held
while true do coroutine.spawn(function() while true do end end) end
--@ script waiting-coroutines ends not enough memory|at most
local channel = require("channel")
local c = channel.new()
while true do coroutine.spawn(function() c:receive() end) end
--@ script coroutine-recursion held
while true do
  pcall(function()
    local function f() return coroutine.wrap(f)() end
    f()
  end)
end
--@ script fork-bomb held
-- Its children outlive it, up to the limit of the host.
while true do process.spawn("app:fork-bomb", "app:hostile", NEIGHBOUR) end
--@ script children-that-end held
while true do process.spawn("app:short", "app:hostile") end
--@ script linked-children held
process.set_options({ trap_links = true })
while true do process.spawn_linked_monitored("app:short", "app:hostile") end
--@ script spawn-with-large-arguments held
local s = string.rep("x", 4000000)
while true do pcall(process.spawn, "app:short", "app:hostile", s) end
--@ script slow-chunks held
while true do process.spawn("app:slow-chunk", "app:hostile") end
--@ script cancel-flood held
while true do process.cancel(NEIGHBOUR, "1h", string.rep("x", 1000)) end
--@ script cancel-itself-flood held
while true do process.cancel(process.pid(), string.rep("x", 100000)) end
--@ script log-flood held
while true do print("a line") end
--@ script long-lines held
local s = string.rep("x", 4000000)
while true do print(s) end
