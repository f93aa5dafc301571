--@ script huge-error ends x
error(string.rep("x", 4000000))
--@ script huge-error-value ends .
local t = {}
for i = 1, 100000 do t[i] = { i } end
error(t)
--@ script huge-result ends .
local t = {}
for i = 1, 300000 do t[i] = { i } end
return t
--@ script unsendable-result ends cannot be sent
return { print }
--@ script tostring-fails ends .
error(setmetatable({}, { __tostring = function() error("again") end }))
--@ script tostring-loops ends took too long
error(setmetatable({}, { __tostring = function() while true do end end }))
--@ script tostring-takes-memory ends .
error(setmetatable({}, { __tostring = function() return string.rep("x", 1e9) end }))
--@ script name-is-no-text ends .
error(setmetatable({}, { __name = {}, __tostring = function() return {} end }))
--@ script error-in-error ends .
local function h(e) error(e) end
xpcall(error, h, "x")
error("end")
--@ script many-errors held
while true do pcall(error, { 1 }) end
--@ script long-traceback held
local errors = require("errors")
local function f(n) if n > 0 then return 1 + f(n - 1) end return errors.new(string.rep("x", 1000)) and 1 end
while true do f(180) end
--@ script memory-error-at-the-end ends .
local t = {}
pcall(function() while true do t[#t + 1] = {} end end)
error(t)
--@ script result-at-the-limit ends .
local t = {}
pcall(function() while true do t[#t + 1] = {} end end)
return t, t
