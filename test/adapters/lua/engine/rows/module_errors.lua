--@ row 3.3 errors.new: kind "", retryable and details nil unless given
--@ row 3.3 errors.wrap keeps message, kind, retryable and details; its context shows in stack alone
--@ row 3.3 errors.is, errors.call_stack, the kinds
--@ row 3.3 an error works as a text, and crosses messages
local function parse(text) return nil, errors.new({ message = "no " .. text, kind = errors.INVALID, retryable = false }) end

return function()
  local plain = errors.new("m")
  assert(plain:message() == "m" and plain:kind() == "" and plain:kind() == errors.UNKNOWN)
  assert(plain:retryable() == nil and plain:details() == nil)
  assert(errors.new({ message = "m", details = {} }):details() == nil)
  local _, e = parse("date")
  assert(e:kind() == "Invalid" and e:retryable() == false and errors.is(e, errors.INVALID))
  assert(not errors.is(e, errors.INTERNAL) and not errors.is("text", "") and not errors.is(nil, ""))

  local full = errors.new({ message = "down", kind = errors.UNAVAILABLE, retryable = true, details = { host = "a" } })
  local wrapped = errors.wrap(errors.wrap(full, "inner"), "outer")
  assert(tostring(wrapped) == "down" and wrapped:kind() == "Unavailable" and wrapped:retryable() == true)
  assert(wrapped:details().host == "a")
  assert(string.find(wrapped:stack(), "^outer\ninner\ndown\n"))
  assert(errors.wrap("plain", "ctx"):message() == "plain")

  assert(e .. "!" == "no date!" and "!" .. e == "!no date" and e .. e == "no dateno date")
  assert(string.find(e, "date", 1, true) == 4 and string.upper(e) == "NO DATE" and string.len(e) == 7)
  assert(string.format("%s", e) == "no date" and string.rep(e, 2) == "no dateno date" and #e == 7)
  assert(table.concat({ tostring(e) }) == "no date" and string(e) == "no date")
  assert(type(e) == "userdata" and e == e and e ~= full)

  local frames = errors.call_stack(e).frames
  assert(frames[1].source == "module_errors.lua" and frames[1].line == 5, frames[1].source .. frames[1].line)
  assert(#errors.call_stack("text").frames == 0)

  process.send(process.pid(), "e", { wrapped })
  local got = process.listen("e"):receive()[1]
  assert(got:message() == "down" and got:kind() == "Unavailable" and got:retryable() == true and got:details().host == "a")
  assert(string.find(got:stack(), "outer", 1, true))

  local ok, raised = pcall(error, e)
  assert(not ok and raised == e)
  assert(not pcall(errors.new, { message = "m", kind = 5 }))
  assert(not pcall(e.message, {}))
end
