/** The programs of the cases, by the name of their entry. */
export const programs: Readonly<Record<string, string>> = {
  short: `return function() end`,
  idle: `return function() process.inbox():receive() end`,
  spawner: `return function(entry, count)
    for i = 1, count do process.spawn(entry, "app:bench") end
  end`,
  pong: `return function()
    local requests = process.listen("ping")
    while true do
      local request = requests:receive()
      process.send(request.from, "pong", { type = "pong", n = request.n, from = process.pid() })
    end
  end`,
  ping: `return function(count)
    local peer, me, answers = process.spawn("app:pong", "app:bench"), process.pid(), process.listen("pong")
    for i = 1, count do
      process.send(peer, "ping", { type = "ping", n = i, from = me })
      assert(answers:receive().n == i)
    end
    process.terminate(peer)
  end`,
  pong_number: `return function(peer)
    local requests = process.listen("ping")
    while true do process.send(peer, "pong", (requests:receive())) end
  end`,
  ping_number: `return function(count)
    local answers = process.listen("pong")
    local peer = process.spawn("app:pong_number", "app:bench", process.pid())
    for i = 1, count do
      process.send(peer, "ping", i)
      assert(answers:receive() == i)
    end
    process.terminate(peer)
  end`,
  link_of_ring: `return function(next, main)
    local hops = process.listen("hop")
    while true do
      local left = hops:receive()
      if left == 0 then process.send(main, "done", true) else process.send(next, "hop", left - 1) end
    end
  end`,
  first_of_ring: `return function(main)
    local next = process.listen("next"):receive()
    local hops = process.listen("hop")
    while true do
      local left = hops:receive()
      if left == 0 then process.send(main, "done", true) else process.send(next, "hop", left - 1) end
    end
  end`,
  ring: `return function(size, hops)
    local me, done = process.pid(), process.listen("done")
    local first = process.spawn("app:first_of_ring", "app:bench", me)
    local last = first
    for i = 2, size do last = process.spawn("app:link_of_ring", "app:bench", last, me) end
    process.send(first, "next", last)
    process.send(first, "hop", 0)
    done:receive()
    process.registry.lookup("begin")
    process.send(first, "hop", hops)
    done:receive()
    process.registry.lookup("end")
  end`,
  source: `return function(sink, count)
    for i = 1, count do process.send(sink, "x", { type = "x", n = i, from = 1 }) end
  end`,
  sink: `return function(sources, count)
    local messages = process.listen("x")
    for i = 1, sources do process.spawn("app:source", "app:bench", process.pid(), count) end
    for i = 1, sources * count do messages:receive() end
  end`,
  double: `return function(n) return { n = n.n * 2 } end`,
  timers: `local time = require("time")
  return function(count)
    local last
    for i = 1, count do last = time.after("1s") end
    last:receive()
  end`,
  leaf: `return function(hub, main, last)
    process.link(hub)
    if last then process.send(main, "linked", true) end
    process.inbox():receive()
  end`,
  hub: `return function() process.inbox():receive() error("gone") end`,
  star: `return function(count)
    local linked, me = process.listen("linked"), process.pid()
    local hub = process.spawn("app:hub", "app:bench")
    for i = 1, count do process.spawn("app:leaf", "app:bench", hub, me, i == count) end
    linked:receive()
    process.registry.lookup("begin")
    process.send(hub, "go", true)
  end`,
  chooser: `local channel = require("channel")
  return function(count)
    local channels, cases = {}, {}
    for i = 1, 4 do
      channels[i] = channel.new()
      cases[i] = channels[i]:case_receive()
      coroutine.spawn(function() while true do channels[i]:send(i) end end)
    end
    local sum = 0
    for i = 1, count do sum = sum + channel.select(cases).value end
    return sum
  end`,
  ticking: `local time = require("time")
  return function() while true do time.sleep("1s") end end`,
  spinning: `return function(n)
    local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
    local s = 0
    for i = 1, 3000000 do s = s + i % 7 end
    return fib(n) + s
  end`,
};
