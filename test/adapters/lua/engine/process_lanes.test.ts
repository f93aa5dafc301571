import { expect, test } from "vitest";
import { openLuaDesk, slotOf } from "./lua_desk.ts";

test("row 1.7 with_name: a name held on another lane is signalled there, and its end is heard of", async () => {
  const { runtime, spawn } = await openLuaDesk({
    single: `return function()
      process.registry.register("single")
      local message = process.inbox():receive()
      local second = process.inbox():receive()
      return { message:topic(), message:payload():data().n, message:from() == nil, second:payload():data() }
    end`,
    asks: `return function(single)
      local spawner = process.with_context({}):with_name("single"):with_message("work", { n = 5 }, "second")
      local ok, why = pcall(spawner.exec, spawner, "app:single", "app:processes")
      assert(not ok and why:kind() == "AlreadyExists")
      assert(spawner:spawn_monitored("app:single", "app:processes") == single)
      local event = process.events():receive()
      assert(event.from == single and event.kind == process.event.EXIT)
      return event.result.value
    end`,
  });
  const single = await spawn("single");
  await expect.poll(() => runtime.lookup("single")).toBe(single.pid);
  const asks = await spawn("asks", single.pid);
  expect(slotOf(asks.pid)).not.toBe(slotOf(single.pid));
  expect(await asks.ended).toMatchObject({ value: ["work", 5, true, "second"] });
});
