import { expect, test } from "vitest";
import { fnv1a } from "../../../src/app_runtime/processes/fnv1a.ts";
import { Mailbox } from "../../../src/app_runtime/processes/mailbox.ts";

test("letters go through while the receiver takes them, and wait in order when it does not (row 1.4 Mailbox)", () => {
  const mailbox = new Mailbox<string>({ queues: 4, maxLetters: 8 });
  const read: string[] = [];
  let room = 1;
  const receive = (letter: string) => room-- > 0 && read.push(letter) > 0;
  for (const letter of ["a1", "a2", "b1", "a3", "b2"])
    expect(mailbox.offer(letter.slice(0, 1), letter, receive)).toBe(true);
  expect(read).toEqual(["a1"]);
  room = 10;
  mailbox.drain(receive);
  expect(read.filter((letter) => letter.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
  expect(read.filter((letter) => letter.startsWith("b"))).toEqual(["b1", "b2"]);
  expect(mailbox.size).toBe(0);
});

test("a queue is bounded: what finds it full is refused", () => {
  const mailbox = new Mailbox<number>({ queues: 1, maxLetters: 2 });
  const never = () => false;
  expect([1, 2, 3].map((letter) => mailbox.offer("a", letter, never))).toEqual([true, true, false]);
});

test("an older letter of the same queue goes first, even when there is room again", () => {
  const mailbox = new Mailbox<number>({ queues: 1, maxLetters: 2 });
  const read: number[] = [];
  mailbox.offer("a", 1, () => false);
  mailbox.offer("b", 2, (letter) => read.push(letter) > 0);
  expect(read).toEqual([]);
});

test("the sender's queue is picked by FNV-1a", () => {
  expect([fnv1a(""), fnv1a("a"), fnv1a("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});
