import { expect } from "vitest";
import { orderIdFor } from "../../src/mail_order_bot_app/domain/order_id.ts";
import type { HistoryQuestion, OrderBook } from "../../src/mail_order_bot_app/services/order_book.ts";
import { acceptedMail, customerId, replyTo, reviewedMail } from "./decided_mails.ts";

/** One thing that every order book promises. */
export interface OrderBookPromise {
  readonly name: string;
  run(book: OrderBook): Promise<void>;
}

const ask = (change: Partial<HistoryQuestion["keys"]>, more: Partial<HistoryQuestion> = {}): HistoryQuestion => ({
  keys: { taskId: "asking", sha256: "unknown", fingerprint: "f", ...change },
  repliesSinceMs: 0,
  ...more,
});

const tasksOf = (mails: readonly { readonly taskId: string }[]) => mails.map((mail) => mail.taskId).sort();

export const orderBookPromises: readonly OrderBookPromise[] = [
  {
    name: "a decided mail is found by its hash, with the keys it was stored under and the order it became",
    async run(book) {
      const mail = acceptedMail("a");
      expect(await book.commit(mail, undefined)).toEqual({ kind: "committed" });
      const { earlier } = await book.history(ask({ sha256: "sha-a" }));
      expect(earlier).toEqual([{ ...mail.keys, decision: "accept", orderId: orderIdFor("a") }]);
    },
  },
  {
    name: "by Message-ID and order number it is found for the same customer only",
    async run(book) {
      await book.commit(acceptedMail("a"), undefined);
      await book.commit(acceptedMail("b"), undefined);
      const byBoth = ask({ messageId: "<a@nordic.example>", poNumber: "PO-b", customerId });
      expect(tasksOf((await book.history(byBoth)).earlier)).toEqual(["a", "b"]);
      const stranger = ask({ messageId: "<a@nordic.example>", poNumber: "PO-b" });
      expect((await book.history(stranger)).earlier).toEqual([]);
    },
  },
  {
    name: "the same task again changes nothing and says what was decided",
    async run(book) {
      await book.commit(acceptedMail("a"), undefined);
      const again = { kind: "already-committed", decision: "accept", orderId: orderIdFor("a") };
      expect(await book.commit(reviewedMail("a"), undefined)).toEqual(again);
      expect(await book.commit(acceptedMail("a"), undefined)).toEqual(again);
    },
  },
  {
    name: "of two mails with one order number of one customer, the second is a conflict and leaves nothing",
    async run(book) {
      await book.commit(acceptedMail("a", {}, "PO-1"), undefined);
      expect(await book.commit(acceptedMail("b", {}, "PO-1"), undefined)).toEqual({ kind: "conflict" });
      expect((await book.history(ask({ sha256: "sha-b" }))).earlier).toEqual([]);
      expect(await book.commit(acceptedMail("b", {}, "PO-2"), undefined)).toEqual({ kind: "committed" });
    },
  },
  {
    name: "of two mails with one Message-ID of one customer, the second is a conflict, whoever sent it",
    async run(book) {
      const copy = {
        ...acceptedMail("b", {}, "PO-2"),
        keys: { ...acceptedMail("b", {}, "PO-2").keys, messageId: "<a@nordic.example>" },
      };
      await book.commit(acceptedMail("a", {}, "PO-1"), undefined);
      expect(await book.commit(copy, undefined)).toEqual({ kind: "conflict" });
      expect((await book.history(ask({ sha256: "sha-b" }))).earlier).toEqual([]);
    },
  },
  {
    name: "answers to an address count from a moment on, without the asking task's own",
    async run(book) {
      for (const [taskId, decidedAtMs] of [
        ["a", 1_000],
        ["b", 2_000],
        ["c", 3_000],
      ] as const) {
        await book.commit(acceptedMail(taskId, { decidedAtMs }), undefined);
      }
      await book.commit(
        acceptedMail("d", { decidedAtMs: 3_000, reply: replyTo("d", "bob@nordic.example") }),
        undefined,
      );
      const question = ask({ taskId: "c" }, { address: "ann@nordic.example", repliesSinceMs: 2_000 });
      expect((await book.history(question)).replies.repliesToAddress).toBe(1);
    },
  },
  {
    name: "a Message-ID counts as answered once another task has answered it",
    async run(book) {
      await book.commit(acceptedMail("a"), undefined);
      await book.commit(reviewedMail("b"), undefined);
      const answered = async (taskId: string, messageId: string) =>
        (await book.history(ask({ taskId, messageId }))).replies.answeredMessage;
      expect(await answered("z", "<a@nordic.example>")).toBe(true);
      expect(await answered("a", "<a@nordic.example>")).toBe(false);
      expect(await answered("z", "<b@nordic.example>")).toBe(false);
    },
  },
];
