import { describe, expect, test } from "vitest";
import { sqliteQueueKind } from "../../../src/adapters/sqlite_queue/index.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { reject, type TaskContext } from "../../../src/app_runtime/contracts/task_handler.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { type Handle, queueInCommon, type SharingRuntime, startSharing, until } from "./sharing_runtimes.ts";

const mails = Array.from({ length: 40 }, (_, n) => `mail-${String(n).padStart(2, "0")}`);

describe.each([
  ["a memory queue in common", queueInCommon],
  ["the SQLite queue", () => sqliteQueueKind],
])("two runtimes share %s", (_name, newKind) => {
  async function openTwo(handle: Handle) {
    const parts = { dataDir: tempDir(), queue: newKind(), handle };
    const a = await startSharing(parts);
    const b = await startSharing(parts);
    expect([a.isHolder, b.isHolder]).toEqual([true, false]);
    return { a, b };
  }

  test("both work the tasks of the mailbox that one reads, each once, and its reader settles them", async () => {
    const both = Promise.withResolvers<void>();
    const { a, b } = await openTwo(async (task, context, runtime) => {
      if (runtime === b) both.resolve();
      await both.promise;
      return await runtime.order(task, context);
    });

    await a.bring(...mails);

    await until(async () => expect(await a.settledIds()).toEqual(mails));
    expect(await a.items()).toEqual(mails.map((id) => `order of ${id}`));
    expect([...a.handled, ...b.handled].toSorted()).toEqual(mails);
  });

  test("who loses the mailbox finishes what it has in hand, and nothing is done twice", async () => {
    const { held, handle, letGo } = handlersThatWait();
    const { a, b } = await openTwo(handle);
    await a.bring(...mails);
    await until(() => expect(held.get(a)).toHaveLength(4));

    const { leases } = await a.store;
    await leases?.take("source:mails", await leases.look("source:mails")); // as if A had been stopped for long enough
    await until(() => expect(a.isHolder).toBe(false));
    expect(held.get(a)?.map((context) => context.signal.aborted)).toEqual([false, false, false, false]);

    letGo();
    await until(async () => expect(await b.settledIds()).toEqual(mails));
    expect(await b.items()).toEqual(mails.map((id) => `order of ${id}`));
  });

  test("a dead letter can be decided about at the runtime that stands by", async () => {
    let knows = false;
    const { a, b } = await openTwo((task, context, runtime) =>
      knows ? runtime.order(task, context) : reject("no such customer"),
    );
    await a.bring("mail-1", "mail-2");
    const letters = async () => (await b.runtime.control.deadLetters("orders", { offset: 0, limit: 9 })).letters;
    await until(async () => expect(await letters()).toHaveLength(2));

    knows = true;
    await b.runtime.control.retryDeadLetter("operator", "orders", "mail-1" as TaskId);
    await b.runtime.control.discardDeadLetter("operator", "orders", "mail-2" as TaskId);

    await until(async () => expect(await b.stateOf("mail-1")).toBe("done"));
    expect(await letters()).toEqual([]);
    expect(await a.items()).toEqual(["order of mail-1"]);
  });

  test("a pool that is paused at one runtime is paused at both", async () => {
    const { a, b } = await openTwo((task, context, runtime) => runtime.order(task, context));
    const poolsOf = (runtime: SharingRuntime) => runtime.runtime.control.status().pools.map(({ state }) => state);
    await b.runtime.control.pause("operator", "worker", "orders");
    await until(() => expect([poolsOf(a), poolsOf(b)]).toEqual([["paused"], ["paused"]]));
    await a.bring("mail-1");

    await a.runtime.control.resume("operator", "worker", "orders");

    await until(async () => expect(await a.settledIds()).toEqual(["mail-1"]));
    await until(() => expect([poolsOf(a), poolsOf(b)]).toEqual([["running"], ["running"]]));
  });

  test("when the reader stops, the other one reads and works on", async () => {
    const { a, b } = await openTwo((task, context, runtime) => runtime.order(task, context));
    await a.bring("mail-1");
    await until(async () => expect(await a.settledIds()).toEqual(["mail-1"]));

    await a.runtime.stop("a deploy");
    await until(() => expect(b.isHolder).toBe(true));
    await b.bring("mail-2");

    await until(async () => expect(await b.settledIds()).toEqual(["mail-1", "mail-2"]));
    expect(await b.items()).toEqual(["order of mail-1", "order of mail-2"]);
  });
});

/** Handlers that answer once they are let go. */
function handlersThatWait() {
  const held = new Map<SharingRuntime, TaskContext[]>();
  const go = Promise.withResolvers<void>();
  const handle: Handle = async (task, context, runtime) => {
    held.set(runtime, [...(held.get(runtime) ?? []), context]);
    await go.promise;
    return await runtime.order(task, context);
  };
  return { held, handle, letGo: () => go.resolve() };
}
