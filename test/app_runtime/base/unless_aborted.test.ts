import { expect, test } from "vitest";
import { unlessAborted } from "../../../src/app_runtime/base/unless_aborted.ts";

const forever = new Promise<never>(() => undefined);

test("the work's result or failure comes through", async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(signal, Promise.resolve("done"))).toBe("done");
  await expect(unlessAborted(signal, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

test("an abort ends the wait with its reason, at once or later", async () => {
  const stop = new AbortController();
  const waiting = unlessAborted(stop.signal, forever);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(unlessAborted(stop.signal, forever)).rejects.toThrow("enough");
});
