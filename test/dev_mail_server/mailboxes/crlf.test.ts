import { expect, test } from "vitest";
import { withCrlf } from "../../../src/dev_mail_server/mailboxes/crlf.ts";

test.each([
  ["a\nb\n", "a\r\nb\r\n"],
  ["\n\n", "\r\n\r\n"],
  ["a\r\nb\nc", "a\r\nb\r\nc"],
  ["no end", "no end"],
  ["a\rb\n", "a\rb\r\n"],
])("%j becomes %j", (raw, expected) => {
  expect(withCrlf(Buffer.from(raw)).toString()).toBe(expected);
});

test("what is right already is not copied", () => {
  const raw = Buffer.from("a\r\nb\r\n");
  expect(withCrlf(raw)).toBe(raw);
});
