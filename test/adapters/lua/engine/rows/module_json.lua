--@ row 3.4 json.encode: arrays, objects in the order of their names, numbers exact, what has no form
--@ row 3.4 json.decode: null is nil, integers of 64 bits, what is no JSON and where
local json = require("json")

local function same(got, wanted) assert(got == wanted, string.format("got %q, wanted %q", tostring(got), tostring(wanted))) end

local function refused(value, text)
  local none, problem = json.encode(value)
  assert(none == nil and problem:kind() == errors.INVALID and string.find(problem, text, 1, true), tostring(problem))
end

return function()
  same(json.encode(nil), "null")
  same(json.encode({ b = 1, a = { true, false, "x" }, ["c d"] = {} }), '{"a":[true,false,"x"],"b":1,"c d":[]}')
  same(json.encode("\"\\\b\f\n\r\t\1\127é\0"), '"\\"\\\\\\b\\f\\n\\r\\t\\u0001\127é\\u0000"')
  for number, text in pairs({
    [5] = "5", [-0.5] = "-0.5", [0.1] = "0.1", [1e21] = "1e+21", [math.maxinteger] = "9223372036854775807", [3.0] = "3",
    [math.mininteger] = "-9223372036854775808", [1 / 3] = "0.3333333333333333", [5e-324] = "4.94065645841247e-324",
  }) do same(json.encode(number), text) end
  refused(0 / 0, "no number")
  refused(math.huge, "infinite")
  refused({ 1, nil, 3 }, "holes")
  refused({ [0] = 1 }, "neither")
  refused({ 1, a = 2 }, "texts and numbers")
  refused({ [true] = 1 }, "neither")
  refused(print, "a function has no form")
  refused({ errors.new("x") }, "userdata has no form")
  refused("\255", "UTF-8")
  local circle = {}
  circle[1] = circle
  refused(circle, "in a circle")
  local deep = {}
  for _ = 1, 127 do deep = { deep } end
  assert(json.decode(assert(json.encode(deep))))
  refused({ deep }, "deeper than 128")
  assert(json.decode(string.rep("[", 129) .. string.rep("]", 129)) == nil)
  local wide = {}
  for i = 1, 30 do wide = { wide, wide } end
  refused(wide, "16 MiB")

  assert(json.decode("null") == nil and select("#", json.decode("null")) == 1)
  local v = json.decode(' { "a" : [1, 2.0, null, -0, 1e2, 18446744073709551616], "b" : { "c" : null, "c": "d" } } ')
  assert(math.type(v.a[1]) == "integer" and math.type(v.a[2]) == "float" and v.a[3] == nil and v.a[5] == 100.0)
  assert(1 / v.a[4] == -math.huge and v.a[6] == 2.0 ^ 64 and v.b.c == "d")
  assert(math.type(json.decode("9223372036854775807")) == "integer" and math.type(json.decode("9223372036854775808")) == "float")
  assert(json.decode("-9223372036854775808") == math.mininteger)
  same(json.decode('"\\u00e9\\ud83d\\ude00\\ud83d\\/\\n"'), "é😀\u{FFFD}/\n")
  for text, why in pairs({
    [""] = "byte 1: it ends too early", ["{"] = "byte 2: the name of a field", ["[1,]"] = "byte 4: a value",
    ["[1 2]"] = "byte 4: ',' or ']'", ['{"a" 1}'] = "byte 6: ':'", ['"a'] = "does not end", ["01"] = "byte 2: nothing more",
    ["1."] = "byte 3: a digit", ["-"] = "a value", ["nul"] = "a value", ['"\\x"'] = "byte 3: there is no such escape",
    ['"\\u12g4"'] = "hexadecimal", ['"\n"'] = "control character", ['"\255"'] = "UTF-8", ["1 x"] = "byte 3", ["+1"] = "a value",
    ["'a'"] = "a value", ["{1:2}"] = "name of a field", ["[1}"] = "',' or ']'", ["1e"] = "a digit", ["NaN"] = "a value", ["0x10"] = "byte 2",
  }) do
    local none, problem = json.decode(text)
    assert(none == nil and problem:kind() == errors.INVALID and string.find(problem, why, 1, true), text .. ": " .. tostring(problem))
  end
  assert(select(2, json.decode(5)):kind() == errors.INVALID)
end
