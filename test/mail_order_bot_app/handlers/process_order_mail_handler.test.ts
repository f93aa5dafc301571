import { createHash } from "node:crypto";
import { expect, onTestFinished, test, vi } from "vitest";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { type BlobId, BlobMissingError, type BlobStore } from "../../../src/app_runtime/contracts/blob_store.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { runInMemory } from "../../../src/app_runtime/testing/run_in_memory.ts";
import { ProcessOrderMailHandler } from "../../../src/mail_order_bot_app/handlers/process_order_mail_handler.ts";
import { orderMailTask } from "../../../src/mail_order_bot_app/sources/order_mail_task.ts";
import { mailText } from "../mail_text.ts";
import { openOrderDesk } from "../order_desk.ts";

const content = Buffer.from(mailText({}));
const sha256 = createHash("sha256").update(content).digest("hex") as BlobId;

/** The bot's handler behind a queue; `read` answers for the blob store. */
async function openBot(
  read: () => Promise<Uint8Array>,
  mails: readonly { readonly size: number }[] = [{ size: content.length }],
) {
  const desk = await openOrderDesk();
  const blobs: BlobStore = {
    put: async () => ({ sha256, size: content.length }),
    get: read,
    has: async () => true,
  };
  const bot = await runInMemory({
    kinds: [memoryQueueKind],
    clock: desk.clock,
    config: { sources: { inbox: { adapter: "by_hand", queue: "orders" } } },
    modules: [
      {
        name: "bot",
        register: (registry) => {
          registry.handler("process_order_mail", {
            needs: [],
            create: () =>
              new ProcessOrderMailHandler({
                blobs,
                process: (mail) => desk.handIn("", mail),
                events: {
                  heard: true,
                  emit: () => undefined,
                  subscribe: () => ({ [Symbol.dispose]: () => undefined }),
                },
              }),
          });
          registry.queue("orders", { adapter: "memory" });
          registry.workers("orders", { queue: "orders", handler: "process_order_mail" });
        },
      },
    ],
  });
  onTestFinished(async () => void (await bot.stop()));
  const seen = { messageId: "1@customer.example", from: "jo@customer.example", internalDate: 0 };
  for (const [index, { size }] of mails.entries()) {
    const payload = orderMailTask({ ...seen, size, blob: { sha256, size } });
    await bot.feed("inbox", { ...payload, id: `mail-${index + 1}` as TaskId, orderKey: `customer-${index}` });
  }
  const outcomes = () => bot.events.map(({ kind }) => kind).filter((kind) => /^task\.(done|retried|dead)/.test(kind));
  return { bot, desk, outcomes };
}

test("a mail whose content is gone goes to a person, who is told where to look", async () => {
  const { desk, outcomes } = await openBot(() => Promise.reject(new BlobMissingError(sha256, "its file is not there")));

  expect(outcomes()).toEqual(["task.done"]);
  const [decided] = desk.book.committed;
  expect(decided?.decision).toMatchObject({
    kind: "review",
    reasons: [{ code: "mail_unreadable", sentence: expect.stringContaining("look for it in the mailbox") }],
  });
  expect(decided?.mail).toMatchObject({ messageId: "<1@customer.example>", from: "jo@customer.example" });
  // A copy of this mail that can be read is not a duplicate of what nobody has read.
  expect(decided?.mail.sha256).not.toBe(sha256);
});

test("a store that cannot be read for the moment is tried again", async () => {
  let tries = 0;
  const { bot, desk, outcomes } = await openBot(async () => {
    tries += 1;
    if (tries === 1) throw new Error("the disk is busy");
    throw new BlobMissingError(sha256, "its file is not there");
  });
  expect(desk.book.committed).toEqual([]);
  await bot.advance(60_000);
  expect([tries, outcomes()]).toEqual([2, ["task.retried", "task.done"]]);
});

test("large mails take turns, so that memory holds however many there are", async () => {
  const reads: PromiseWithResolvers<Uint8Array>[] = [];
  const read = () => {
    const reading = Promise.withResolvers<Uint8Array>();
    reads.push(reading);
    return reading.promise;
  };
  const { bot, outcomes } = await openBot(read, [{ size: 20_000_000 }, { size: 20_000_000 }, { size: 20_000_000 }]);
  expect(reads).toHaveLength(2);
  reads[0]?.resolve(content);
  await vi.waitFor(() => expect(reads).toHaveLength(3));
  await bot.advance(1);
  expect(outcomes()).toEqual(["task.done"]);
  for (const reading of reads) reading.resolve(content);
});
