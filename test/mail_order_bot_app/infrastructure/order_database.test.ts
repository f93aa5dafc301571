import { expect, test } from "vitest";
import { DatabaseUnavailableError } from "../../../src/adapters/sqlite/index.ts";
import type { BlobId } from "../../../src/app_runtime/contracts/blob_store.ts";
import type { UnitOfWork } from "../../../src/app_runtime/contracts/journal.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import { orderIdFor } from "../../../src/mail_order_bot_app/domain/order_id.ts";
import { OrderDatabase } from "../../../src/mail_order_bot_app/infrastructure/order_database.ts";
import { acceptedMail, reviewedMail } from "../decided_mails.ts";
import { MemoryOrderBook } from "../memory_order_book.ts";
import { orderBookPromises } from "../order_book_promises.ts";
import { openOrderStore } from "../order_store.ts";

for (const promise of orderBookPromises) {
  test(`the order database: ${promise.name}`, async () => promise.run((await openOrderStore()).book));
  test(`the order book of the tests: ${promise.name}`, () => promise.run(new MemoryOrderBook()));
}

async function openJournaledStore() {
  const { store, book } = await openOrderStore();
  const task = { id: "mail-1", source: "inbox", payload: null } as unknown as Task;
  await store.journal.offer([{ task, queue: "orders" }]);
  const unitOfWork: UnitOfWork = {
    taskId: task.id,
    journaled: true,
    open: true,
    takeFollowUps: () => [],
    committed: () => undefined,
  };
  const count = async (table: string) =>
    Number((await store.database.read(`SELECT count(*) AS n FROM ${table}`))[0]?.n);
  return { store, book, unitOfWork, count, stateOf: async () => (await store.journal.find(task.id))?.state };
}

test("everything a mail leaves behind is stored with its task's done", async () => {
  const { store, book, unitOfWork, stateOf } = await openJournaledStore();
  await book.commit(acceptedMail("mail-1"), unitOfWork);

  expect(await stateOf()).toBe("done");
  expect(await store.database.read("SELECT order_id, customer_id, po_number, total_cents FROM orders")).toEqual([
    { order_id: orderIdFor("mail-1"), customer_id: "nordic", po_number: "PO-mail-1", total_cents: 58_800 },
  ]);
  expect(await store.database.read("SELECT sku, quantity, state, state_detail FROM order_line")).toEqual([
    { sku: "CH-1001", quantity: 12, state: "backorder", state_detail: '{"available":3}' },
  ]);
  expect(await store.database.read("SELECT kind, detail, parser_version FROM audit")).toEqual([
    { kind: "mail_decided", detail: "accept", parser_version: "p1" },
  ]);
  expect(await book.progress()).toEqual({ decided: 1, unsent: 1 });
});

test("a task whose delivery is lost leaves nothing behind", async () => {
  const { book, unitOfWork, count, stateOf } = await openJournaledStore();
  const commit = book.commit(acceptedMail("mail-1"), { ...unitOfWork, open: false });
  await expect(commit).rejects.toMatchObject({ code: "UNIT_OF_WORK_CLOSED" });
  expect(await Promise.all(["decided_mail", "orders", "order_line", "audit", "outbox"].map(count))).toEqual([
    0, 0, 0, 0, 0,
  ]);
  expect(await stateOf()).toBe("offered");
});

test("a task that another worker has committed is known as committed", async () => {
  const { book, unitOfWork, count } = await openJournaledStore();
  await book.commit(acceptedMail("mail-1"), unitOfWork);
  expect(await book.commit(acceptedMail("mail-1"), unitOfWork)).toMatchObject({ kind: "already-committed" });
  expect(await count("outbox")).toBe(1);
});

test("two mails that race for one order number end as one order and one conflict", async () => {
  const { book, count } = await openJournaledStore();
  const outcomes = await Promise.all(["a", "b"].map((task) => book.commit(acceptedMail(task, {}, "PO-1"), undefined)));
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(["committed", "conflict"]);
  expect(await count("orders")).toBe(1);
});

test("a queued reply rings, a mail without one does not", async () => {
  const { book } = await openJournaledStore();
  let rings = 0;
  const listening = book.onReplyQueued(() => {
    rings += 1;
  });
  await book.commit(reviewedMail("a"), undefined);
  await book.commit(acceptedMail("b"), undefined);
  await book.commit(acceptedMail("b"), undefined);
  listening[Symbol.dispose]();
  await book.commit(acceptedMail("c"), undefined);
  expect(rings).toBe(1);
});

test("a reply rings also when nobody says whether its commit went well: it may be there, and nobody would look", async () => {
  const { store } = await openJournaledStore();
  const { transactions } = store;
  const book = new OrderDatabase({
    transactions: {
      read: (sql, params) => transactions.read(sql, params),
      write: async (statements, options) => {
        await transactions.write(statements, options);
        throw new DatabaseUnavailableError("journal.sqlite", "it did not answer within 30000 ms");
      },
    },
  });
  let rings = 0;
  using _listening = book.onReplyQueued(() => {
    rings += 1;
  });

  await expect(book.commit(acceptedMail("b"), undefined)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });

  expect(rings).toBe(1);
  expect(await book.progress()).toEqual({ decided: 1, unsent: 1 });
});

test("decisions are listed newest first, an ignored copy with the order of its original", async () => {
  const { book } = await openJournaledStore();
  await book.commit(acceptedMail("a", { decidedAtMs: 1_000 }), undefined);
  const copy = acceptedMail("b", {
    decidedAtMs: 2_000,
    decision: {
      kind: "ignore",
      reasons: [{ code: "duplicate", sentence: "We have it already." }],
      earlierOrderId: orderIdFor("a"),
    },
  });
  await book.commit(copy, undefined);
  expect(await book.latestDecisions(10)).toMatchObject([
    { taskId: "b", subject: "Order b", decision: "ignore", orderId: orderIdFor("a"), why: "We have it already." },
    { taskId: "a", decision: "accept", orderId: orderIdFor("a") },
  ]);
  expect(await book.latestDecisions(1)).toHaveLength(1);
});

test("ignored copies, however many, do not hide the order they copied", async () => {
  const { book } = await openJournaledStore();
  const sameBytes = (taskId: string) => ({ ...acceptedMail("a").keys, taskId });
  await book.commit(acceptedMail("a", { decidedAtMs: 1 }), undefined);
  const reasons = [{ code: "duplicate", sentence: "We have it already." }] as const;
  const copies = Array.from({ length: 60 }, (_, n) =>
    acceptedMail(`copy-${n}`, {
      keys: sameBytes(`copy-${n}`),
      decision: { kind: "ignore", reasons },
      decidedAtMs: 10 + n,
    }),
  );
  for (const { reply: _reply, ...copy } of copies) await book.commit(copy, undefined);
  const { earlier } = await book.history({ keys: sameBytes("asking"), repliesSinceMs: 0 });
  expect(earlier[0]).toMatchObject({ taskId: "a", decision: "accept" });
  expect(earlier.length).toBeLessThanOrEqual(50);
});

test("the mails that wait for a person are needed, the others are not", async () => {
  const { book } = await openJournaledStore();
  await book.commit(acceptedMail("a"), undefined);
  await book.commit(reviewedMail("b"), undefined);
  expect([...(await book.blobsNeeded(["sha-a", "sha-b", "sha-c"] as BlobId[]))]).toEqual(["sha-b"]);
});
