import { expect, test } from "vitest";
import { imapSourceKind } from "../../../src/adapters/imap/imap_kind.ts";
import { imapConfig, type WrittenConfig } from "./imap_config.ts";

const kind = imapSourceKind({ toTask: () => ({ kind: "mail", schemaVersion: 1, payload: {} }) });
const objection = (written: WrittenConfig) =>
  kind.check?.(imapConfig({ host: "mail.example", user: "u", password: "p", ...written }), "inbox");

test("a password does not leave this machine in clear text", () => {
  expect(objection({ security: "none" })).toMatch(/mail\.example in clear text/);
  expect(objection({ security: "none", host: "127.0.0.1" })).toBeUndefined();
  expect(objection({ security: "starttls" })).toBeUndefined();
});

test("unless somebody says so", () => {
  expect(objection({ security: "none", allowClearText: true })).toBeUndefined();
});

test("names too long for task ids are refused before the first mail", () => {
  expect(objection({ security: "tls", folder: "x".repeat(500) })).toMatch(/Set a short `account`/);
});
