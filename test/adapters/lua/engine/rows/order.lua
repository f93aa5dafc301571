--@ row 1.4 Order guarantee: per sender and receiver
--@ row 1.4 Delivery guarantee: at most once
--@ row 1.4 Process queue: first in, first out
--@ row 1.4 Routing; Host step
return function()
  local me = process.pid()
  local senders, count = 5, 200
  local numbers = process.listen("number")
  for s = 1, senders do assert(process.spawn("app:sends", "app:processes", me, s, count)) end
  local last = {}
  for _ = 1, senders * count do
    local each = numbers:receive()
    assert(each.n == (last[each.sender] or 0) + 1, "sender " .. each.sender)
    last[each.sender] = each.n
  end
  assert(channel.select({ numbers:case_receive(), default = true }).default)
  -- an unknown host, and a number on the wrong host, are nobody
  local uniq = string.match(me, "(0x%x+)}$")
  for _, other in ipairs({ "{other|app:main|" .. uniq .. "}", "{app:process|app:main|" .. uniq .. "}", "{node@app:processes|app:main|" .. uniq .. "}" }) do
    local ok, why = process.send(other, "number", 1)
    assert(ok == nil and why:kind() == "NotFound")
  end
  -- PIDs are compared by host and number: with the entry, without it, with another, with more zeros
  for _, same in ipairs({ "{app:processes|" .. uniq .. "}", "{app:processes|app:other|" .. uniq .. "}", "{app:processes|" .. string.gsub(uniq, "0x", "0x000") .. "}" }) do
    assert(process.send(same, "number", same))
    assert(numbers:receive() == same)
  end
end
--@ entry app:sends
return function(to, sender, count)
  for n = 1, count do assert(process.send(to, "number", { sender = sender, n = n })) end
end
