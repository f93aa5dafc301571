import { expect, test } from "vitest";
import { imapSourceKind } from "../../../src/adapters/imap/imap_kind.ts";
import { imapConfig, type WrittenConfig } from "./imap_config.ts";

const kind = imapSourceKind({
  toTask: () => ({ kind: "mail", schemaVersion: 1, payload: {} }),
  accessTokens: () => ({ get: async () => "token" }),
});
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

test("finished mails are moved to another folder that is named, or not at all", () => {
  expect(objection({ security: "tls", afterDone: "move" })).toMatch(/no `doneFolder`/);
  expect(objection({ security: "tls", doneFolder: "Done" })).toMatch(/Set `afterDone: move`/);
  expect(objection({ security: "tls", afterFailure: "move", failedFolder: "INBOX" })).toMatch(
    /Set another `failedFolder`/,
  );
  expect(objection({ security: "tls", afterDone: "move", doneFolder: "Done" })).toBeUndefined();
});

test("keywords are such as servers take, and tell done from given up", () => {
  expect(objection({ security: "tls", doneKeyword: "bot done" })).toMatch(/`doneKeyword` \("bot done"\)/);
  expect(objection({ security: "tls", deadLetterKeyword: "\\Flagged" })).toMatch(/`deadLetterKeyword`/);
  expect(objection({ security: "tls", track: "keyword", doneKeyword: "$botfailed" })).toMatch(/the same keyword/);
  expect(objection({ security: "tls", track: "keyword" })).toBeUndefined();
});

test("each way to log in wants its own keys, and no others", () => {
  const login = (written: WrittenConfig) =>
    kind.check?.(imapConfig({ host: "mail.example", user: "u", security: "tls", ...written }), "inbox");
  expect(login({})).toEqual({ key: "password", why: expect.stringContaining("is missing") });
  expect(login({ auth: "oauth2" })).toMatch(/no `grant`/);
  expect(login({ auth: "oauth2", grant: "orders", password: "p" })).toMatch(/Take one out/);
  expect(login({ grant: "orders", password: "p" })).toMatch(/Set `auth: oauth2`/);
  expect(login({ auth: "oauth2", grant: "orders" })).toBeUndefined();
});

test("names too long for task ids are refused before the first mail", () => {
  expect(objection({ security: "tls", folder: "x".repeat(500) })).toMatch(/Set a short `account`/);
});

test("what it works is the folder of an account, whatever the unit is called and however INBOX is written", () => {
  const place = (written: WrittenConfig) =>
    kind.worksOn?.(imapConfig({ host: "mail.example", user: "orders", password: "p", ...written }));
  expect(place({})).toBe("imap:orders:INBOX");
  expect(place({ folder: "inbox", host: "other.example" })).toBe("imap:orders:INBOX");
  expect(place({ folder: "Orders" })).toBe("imap:orders:Orders");
  expect(place({ account: "old login" })).toBe("imap:old login:INBOX");
});
