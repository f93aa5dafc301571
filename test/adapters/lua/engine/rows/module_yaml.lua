--@ row 3.4 yaml.encode and decode
--@ row 3.4 yaml: no bombs, no circles, limits of size and depth
local yaml = require("yaml")

local function refused(kind, _, problem) assert(_ == nil and problem:kind() == kind, tostring(problem or _)) end

return function()
  local v = yaml.decode([[
name: test
on: 2024-01-01
items: [1, 2.5, null, "x", true]
big: 9007199254740993
huge: 99999999999999999999
10: ten
text: |
  a
  b
base: &base {a: 1}
more:
  <<: *base
  b: 2
]])
  assert(v.name == "test" and v.on == "2024-01-01" and v.items[2] == 2.5 and v.items[3] == nil and v.items[5] == true)
  assert(v.big == 9007199254740993 and math.type(v.huge) == "float" and v[10] == "ten" and v.text == "a\nb\n")
  assert(v.more.a == 1 and v.more.b == 2)
  assert(yaml.decode("~") == nil and yaml.decode("5") == 5 and next(yaml.decode("{}")) == nil)

  local text = assert(yaml.encode({ b = { 1, 2 }, a = "x: y", n = math.maxinteger, e = {} }))
  assert(text == 'a: "x: y"\nb:\n  - 1\n  - 2\ne: []\n"n": 9223372036854775807\n' or text == 'a: "x: y"\nb:\n  - 1\n  - 2\ne: []\nn: 9223372036854775807\n', text)
  assert(yaml.decode(text).n == math.maxinteger)

  refused(errors.INVALID, yaml.encode(5))
  refused(errors.INVALID, yaml.decode(5))
  refused(errors.INVALID, yaml.decode(""))
  refused(errors.INVALID, yaml.decode("\255"))
  refused(errors.INTERNAL, yaml.decode("a: [1"))
  assert(string.find(select(2, yaml.decode("a: 1\n}\n")), "invalid YAML at line 2", 1, true))
  refused(errors.INTERNAL, yaml.decode("a: 1\na: 2"))
  refused(errors.INVALID, yaml.decode("a: &a x\nb: [" .. string.rep("*a,", 101) .. "]"))
  refused(errors.INVALID, yaml.encode({ 1, a = 2 }))
  local circle = {}
  circle.a = circle
  refused(errors.INVALID, yaml.encode(circle))
  refused(errors.INVALID, yaml.decode(string.rep("x", (256 << 10) + 1)))
  refused(errors.INVALID, yaml.decode(string.rep("[", 200000)))
  refused(errors.INVALID, yaml.decode(string.rep("[", 150) .. string.rep("]", 150)))
  local bomb = { "a0: &a0 [x, x, x, x, x, x, x, x, x]" }
  for i = 1, 9 do bomb[#bomb + 1] = string.format("a%d: &a%d [%s]", i, i, string.rep("*a" .. i - 1, 9, ", ")) end
  refused(errors.INVALID, yaml.decode(table.concat(bomb, "\n")))
end
