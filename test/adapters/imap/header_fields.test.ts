import { expect, test } from "vitest";
import { headerFields } from "../../../src/adapters/imap/header_fields.ts";

const read = (raw: string) => headerFields(Buffer.from(raw, "latin1"));

test.each([
  ["a plain header", "From: a@b.example\r\nMessage-ID: <1@x>\r\n\r\nbody", { from: "a@b.example", messageId: "1@x" }],
  ["names in any case", "FROM: A@B.example\nmessage-id:<2@x>\n\n", { from: "a@b.example", messageId: "2@x" }],
  [
    "folded fields",
    'From: "Jo\r\n Buyer"\r\n\t<jo@b.example>\r\nMessage-ID:\r\n <3@x>\r\n\r\n',
    { from: "jo@b.example", messageId: "3@x" },
  ],
  ["an address hidden in a quoted name", 'From: "boss@bank.example" <jo@b.example>\r\n\r\n', { from: "jo@b.example" }],
  ["several authors", "From: Jo <jo@b.example>, Al <al@b.example>\r\n\r\n", { from: "jo@b.example" }],
  ["nothing at all", "", {}],
  ["no header", "\r\n\r\nFrom: a@b.example", {}],
  ["a body that looks like a header", "Subject: x\r\n\r\nFrom: a@b.example\r\n", {}],
  ["a From without an address", "From: undisclosed-recipients:;\r\n\r\n", {}],
  ["a Message-ID without brackets", "Message-ID: 4@x\r\n\r\n", { messageId: "4@x" }],
])("reads %s", (_name, raw, fields) => {
  expect(read(raw)).toEqual(fields);
});

test("reads only the beginning of an endless header", () => {
  const endless = `X: ${"y".repeat(200_000)}\r\nFrom: a@b.example\r\n\r\n`;
  expect(read(endless)).toEqual({});
});

test("is not slow on hostile headers", () => {
  const hostile = `From: ${'"'.repeat(30_000)}${"<a".repeat(10_000)}\r\n\r\n`;
  expect(read(hostile)).toEqual({});
});
