import { describe, expect, test } from "vitest";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { sqliteQueueKind } from "../../../src/adapters/sqlite_queue/index.ts";
import { followUpSource } from "../../../src/app_runtime/contracts/follow_up.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { reject, type TaskContext } from "../../../src/app_runtime/contracts/task_handler.ts";
import { sampleTask } from "../../../src/app_runtime/testing/sample_task.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { billOf } from "./follow_up_shop.ts";
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

  test("follow-ups of either are handled once", async () => {
    const both = Promise.withResolvers<void>();
    const { a, b } = await openTwo(async (task, context, runtime) => {
      if (runtime === b) both.resolve();
      await both.promise;
      context.followUp("bills", billOf(task.id));
      return await runtime.order(task, context);
    });

    await a.bring(...mails);

    const bills = mails.map((id) => billOf(id).id);
    await until(async () => expect(await a.settledIds()).toEqual([...bills, ...mails]));
    expect([...a.billed, ...b.billed].toSorted()).toEqual(bills);
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
    const poolOf = ({ runtime }: SharingRuntime) =>
      runtime.control.status().pools.find(({ name }) => name === "orders")?.state;
    await b.runtime.control.pause("operator", "worker", "orders");
    await until(() => expect([poolOf(a), poolOf(b)]).toEqual(["paused", "paused"]));
    await a.bring("mail-1");

    await a.runtime.control.resume("operator", "worker", "orders");

    await until(async () => expect(await a.settledIds()).toEqual(["mail-1"]));
    await until(() => expect([poolOf(a), poolOf(b)]).toEqual(["running", "running"]));
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

test("where each runtime has a queue of its own, one of them takes the follow-ups of all", async () => {
  const handle: Handle = (task, context, runtime) => runtime.order(task, context);
  const parts = { dataDir: tempDir(), queue: memoryQueueKind, handle };
  const a = await startSharing(parts);
  const b = await startSharing(parts);

  const { journal } = await b.store;
  const followUp = { task: sampleTask("bill:b", { source: followUpSource("bills") }), queue: "bills" };
  await journal.offerFollowUps([followUp], undefined); // as a handler of B would

  await until(async () => expect(await a.stateOf("bill:b")).toBe("done"));
  expect([a.billed, b.billed]).toEqual([["bill:b"], []]);
  await a.runtime.stop("a deploy");
  await journal.offerFollowUps([{ ...followUp, task: { ...followUp.task, id: "bill:c" as TaskId } }], undefined);
  await until(() => expect(b.billed).toEqual(["bill:c"]));
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
