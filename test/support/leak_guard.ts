import { expect, onTestFinished } from "vitest";

/** What is there for one turn of the loop only, and what the guard itself needs. */
const fleeting = new Set(["Immediate", "TickObject", "FSReqPromise", "FSReqCallback", "CloseReq"]);

/** Closing takes some turns of the loop. */
const graceMs = 1000;

/**
 * Call it first in a test: when the test and its clean-up are over, no socket, server, timer, worker or child process may be
 * left that was not there before. What has been unref'd does not keep a process alive and is not seen.
 */
export function guardAgainstLeaks(): void {
  const before = activeResources();
  onTestFinished(() => expectNothingNewSince(before, "this test"));
}

/** Gives what is being closed its grace, then names what is left. */
export async function expectNothingNewSince(before: ReadonlyMap<string, number>, who: string): Promise<void> {
  const deadline = performance.now() + graceMs;
  while (leaks(before).length > 0 && performance.now() < deadline) await nextTurn();
  expect(leaks(before), `left behind by ${who}`).toEqual([]);
}

function leaks(before: ReadonlyMap<string, number>): string[] {
  return [...activeResources()].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? `${more} × ${kind}` : [];
  });
}

export function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!fleeting.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
