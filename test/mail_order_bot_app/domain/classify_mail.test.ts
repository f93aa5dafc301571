import { describe, expect, test } from "vitest";
import { classifyMail } from "../../../src/mail_order_bot_app/domain/classify_mail.ts";
import { incomingMail, mailWithFields } from "../incoming_mails.ts";
import { identity } from "../order_desk.ts";

describe("a mail that must never be answered", () => {
  test.each([
    ["auto-submitted", "automatic", "Auto-Submitted: auto-replied"],
    ["auto-submitted", "automatic", "Auto-Submitted: auto-generated; x=y"],
    ["auto-submitted", "automatic", "Auto-Submitted: nonsense"],
    ["precedence", "automatic", "Precedence: bulk"],
    ["precedence", "automatic", "Precedence: List"],
    ["precedence", "automatic", "Precedence: junk"],
    ["mailing-list", "automatic", "List-Id: <weekly.example>"],
    ["mailing-list", "automatic", "List-Unsubscribe: <mailto:off@weekly.example>"],
    ["auto-response-suppress", "automatic", "X-Auto-Response-Suppress: All"],
    ["auto-response-suppress", "automatic", "X-Auto-Response-Suppress: DR, OOF"],
    ["auto-reply-field", "automatic", "X-Autoreply: yes"],
    ["auto-reply-field", "automatic", "X-Autorespond: on holiday"],
    ["auto-reply-field", "automatic", "X-Auto-Reply-From: emma"],
    ["report", "report", "Content-Type: multipart/report; report-type=delivery-status; boundary=x"],
    ["report", "report", "Content-Type: message/disposition-notification"],
    ["own-loop-header", "loop", "X-Mail-Order-Bot: SO-000000000000"],
  ])("is recognised by %s (%s): %s", (rule, kind, field) => {
    expect(classifyMail(mailWithFields(field), identity)).toMatchObject({ kind, rule });
  });

  test("is recognised by its null Return-Path", () => {
    expect(classifyMail(incomingMail({ returnPath: "" }), identity)).toMatchObject({ rule: "null-return-path" });
  });

  test.each([
    "MAILER-DAEMON",
    "postmaster",
    "no-reply",
    "noreply+123",
    "do_not_reply",
    "owner-weekly",
    "weekly-request",
    "bounces",
  ])("is recognised by its sender %s", (name) => {
    const from = [{ name: "", address: `${name}@somewhere.example`.toLowerCase() }];
    expect(classifyMail(incomingMail({ from }), identity)).toMatchObject({ kind: "automatic", rule: "role-sender" });
  });

  test.each([identity.address, ...identity.otherAddresses])("is recognised by our own address %s", (address) => {
    expect(classifyMail(incomingMail({ from: [{ name: "", address }] }), identity)).toMatchObject({
      kind: "loop",
      rule: "own-address",
    });
  });

  test("is recognised by a Message-ID of ours", () => {
    const messageId = `<conf-SO-000000000000-1@${identity.messageIdDomain.toUpperCase()}>`;
    expect(classifyMail(incomingMail({ messageId }), identity)).toMatchObject({ kind: "loop", rule: "own-message-id" });
  });
});

test.each([
  "Auto-Submitted: no",
  "Auto-Submitted: No (really)",
  "Precedence: first-class",
  "X-Auto-Response-Suppress: RN, NRN",
])("%s is no reason not to answer", (field) =>
  expect(classifyMail(mailWithFields(field), identity)).toEqual({ kind: "personal" }),
);

test("a person whose address merely contains a role is a person", () => {
  const from = [{ name: "", address: "noreply.smith@harbour-interiors.example" }];
  expect(classifyMail(incomingMail({ from }), identity)).toEqual({ kind: "personal" });
});
