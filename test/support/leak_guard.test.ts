import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { activeResources, expectNothingNewSince } from "./leak_guard.ts";

test("servers and timers that are left behind are named", async () => {
  const before = activeResources();
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  // Several, since the test runner's own timers come and go, and one that goes hides one of ours.
  const timers = Array.from({ length: 5 }, () => setTimeout(() => undefined, 60_000));
  onTestFinished(() => {
    for (const timer of timers) clearTimeout(timer);
    server.close();
  });
  const found = expectNothingNewSince(before, "this test");
  await expect(found).rejects.toThrow(/TCPServerWrap/);
  await expect(found).rejects.toThrow(/Timeout/);
});

test("what is closed in time is not held against anybody", async () => {
  const before = activeResources();
  const timer = setTimeout(() => undefined, 60_000);
  setImmediate(() => clearTimeout(timer));
  await expectNothingNewSince(before, "this test");
});
