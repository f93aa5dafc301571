import { ProcessRuntime, SystemClock } from "app_runtime";
import { LuaEngine, luaEntry } from "app_runtime/adapters/lua";
import { expect, test } from "vitest";

const pricing = `
type Order = { net: number, country: string }

local function main(rate: number)
  process.registry.register("pricing")
  local orders = process.listen("order", { message = true })
  while true do
    local message = orders:receive()
    local order = message:payload():data()
    if order.country == "" then error("an order without a country") end
    return order.net * (1 + rate)
  end
end

return { main = main }`;

test("a price is reckoned in Lua, and a rule that fails harms nobody", async () => {
  const clock = new SystemClock();
  const processes = new ProcessRuntime({ clock, engines: [{ engine: new LuaEngine(), lanes: 2 }] });
  await processes.start();
  try {
    const limits = { maxProcesses: 10_000, maxMemory: 16 << 20, maxMessages: 100_000, maxMailbox: 16 << 20 };
    const host = await processes.host({ id: "shop:rules", ...limits });
    await processes.entry(luaEntry("shop:pricing", { source: pricing, file: "pricing.lua" }));

    const good = await processes.spawn("shop:pricing", "shop:rules", 0.25);
    const bad = await processes.spawn("shop:pricing", "shop:rules", 0.25);
    good.send("order", { net: 100, country: "PT" });
    bad.send("order", { net: 100, country: "" });

    expect(await good.ended).toMatchObject({ failed: false, value: 125 });
    expect(await bad.ended).toMatchObject({
      failed: true,
      error: { message: "pricing.lua:10: an order without a country" },
    });
    await host.stop();
  } finally {
    await processes.close();
  }
});
