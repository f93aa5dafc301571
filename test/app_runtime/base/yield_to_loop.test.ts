import { expect, test } from "vitest";
import { yieldToLoop } from "../../../src/app_runtime/base/yield_to_loop.ts";

test("all who wait for the loop go on in the same turn of it", async () => {
  const order: string[] = [];
  const work = async (name: string) => {
    await yieldToLoop();
    order.push(`${name} begins`);
    for (let step = 0; step < 10; step += 1) await undefined;
    order.push(`${name} ends`);
  };

  await Promise.all([work("a"), work("b")]);

  expect(order).toEqual(["a begins", "b begins", "a ends", "b ends"]);
});

test("whoever waits again lets the loop turn again", async () => {
  let turned = false;
  await yieldToLoop();
  setImmediate(() => {
    turned = true;
  });
  await yieldToLoop();
  expect(turned).toBe(true);
});
