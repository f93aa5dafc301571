import { expect, test } from "vitest";
import { checkConfig } from "../../../src/adapters/imap/imap_kind.ts";
import { imapConfig, type WrittenConfig } from "./imap_config.ts";

const check = (written: WrittenConfig) => () =>
  checkConfig("inbox", imapConfig({ host: "mail.example", user: "u", password: "p", ...written }));

test("a password does not leave this machine in clear text", () => {
  expect(check({ security: "none" })).toThrow(/sources\.inbox.*clear text/);
  expect(check({ security: "none", host: "127.0.0.1" })).not.toThrow();
  expect(check({ security: "starttls" })).not.toThrow();
});

test("unless somebody says so", () => {
  expect(check({ security: "none", allowClearText: true })).not.toThrow();
});

test("names too long for task ids are refused before the first mail", () => {
  expect(check({ security: "tls", folder: "x".repeat(500) })).toThrow(/Set a short `account`/);
});
