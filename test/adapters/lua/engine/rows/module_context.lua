--@ row 3.4 ctx: get and all of what came with the spawn; a copy each time
return function()
  local spawner = process.with_context({ request = "r-1", tags = { "a" } })
  assert(spawner:exec("app:child", "app:processes") == "r-1 a 2 r-1")
  assert(next(require("ctx").all()) == nil)
end
--@ entry app:child
local ctx = require("ctx")
return function()
  ctx.get("tags")[1] = "changed"
  local all = ctx.all()
  all.request = nil
  local count = 0
  for _ in pairs(ctx.all()) do count = count + 1 end
  return ctx.get("request") .. " " .. ctx.get("tags")[1] .. " " .. count .. " " .. ctx.all().request
end
