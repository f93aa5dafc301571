import { expect, test } from "vitest";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { letter, openControl } from "./controlled_shop.ts";

test("dead letters come in pages that say where the next begins", async () => {
  const { control, shop } = openControl();
  shop.orders.deadLetters.letters = [letter("a"), letter("b"), letter("c")];

  const first = await control.deadLetters("orders", { offset: 0, limit: 2 });
  expect([first.letters.map((kept) => kept.task.id), first.nextOffset]).toEqual([["a", "b"], 2]);
  const last = await control.deadLetters("orders", { offset: 2, limit: 2 });
  expect([last.letters.map((kept) => kept.task.id), last.nextOffset]).toEqual([["c"], undefined]);
});

test("one letter is retried once; the second try is told that it is gone", async () => {
  const { control, shop, events } = openControl();
  shop.orders.deadLetters.letters = [letter("a"), letter("b")];

  await control.retryDeadLetter("cli", "orders", "a" as TaskId);
  await expect(control.retryDeadLetter("cli", "orders", "a" as TaskId)).rejects.toMatchObject({
    code: "DEAD_LETTER_UNKNOWN",
  });
  await control.discardDeadLetter("cli", "orders", "b" as TaskId);

  expect(shop.orders.deadLetters.retried).toEqual(["a"]);
  expect(shop.orders.deadLetters.letters).toEqual([]);
  expect(events.said).toMatchObject([
    { action: "dead_letter.retry", target: "queue:orders/a", result: "retried" },
    { action: "dead_letter.retry", target: "queue:orders/a", result: "failed: DEAD_LETTER_UNKNOWN" },
    { action: "dead_letter.discard", target: "queue:orders/b", result: "discarded" },
  ]);
});

test("a bulk retry takes what matches, newest first, up to its limit, and goes on after a letter that fails", async () => {
  const { control, shop, events } = openControl();
  shop.orders.deadLetters.letters = [
    letter("a"),
    letter("b", { reason: "rejected" }),
    letter("c"),
    letter("d"),
    letter("e"),
  ];
  shop.orders.deadLetters.stuck.add("c");

  const result = await control.retryDeadLetters("cli", "orders", { filter: { reason: "exhausted" }, limit: 3 });

  expect(result).toEqual({ done: ["a", "d"], failed: [{ taskId: "c", error: "the disk is full" }], remaining: 1 });
  expect(shop.orders.deadLetters.letters.map((kept) => kept.task.id)).toEqual(["b", "c", "e"]);
  expect(events.said).toMatchObject([
    { action: "dead_letter.retry_many", target: "queue:orders", result: "2 retried, 1 failed, 1 remaining" },
  ]);
});

test("a bulk discard reaches letters far down the list", async () => {
  const { control, shop } = openControl();
  shop.orders.deadLetters.letters = Array.from({ length: 900 }, (_, i) =>
    letter(`t${i}`, { source: i % 3 === 0 ? "archive" : "inbox", diedAt: i }),
  );

  const result = await control.discardDeadLetters("cli", "orders", {
    filter: { source: "archive", diedAfter: 299, diedBefore: 600 },
    limit: 1_000,
  });

  expect(result.done).toHaveLength(100);
  expect(result.done.at(-1)).toBe("t597");
  expect(shop.orders.deadLetters.letters).toHaveLength(800);
});

test("a bulk action stops between two letters when nobody waits for it any more", async () => {
  const { control, shop } = openControl();
  shop.orders.deadLetters.letters = [letter("a"), letter("b")];

  const result = await control.retryDeadLetters("cli", "orders", { filter: {}, limit: 10 }, AbortSignal.abort());

  expect(result).toEqual({ done: [], failed: [], remaining: 2 });
  expect(shop.orders.deadLetters.retried).toEqual([]);
});

test("an unknown queue is refused", async () => {
  const { control } = openControl();

  await expect(control.deadLetters("ordrs", { offset: 0, limit: 1 })).rejects.toMatchObject({
    code: "CONTROL_UNIT_UNKNOWN",
  });
});
