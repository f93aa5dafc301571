import { expect, test } from "vitest";
import { confirmationMessageId, confirmationOrderId } from "../../../src/mail_order_bot_app/domain/confirmation_id.ts";
import { orderIdFor } from "../../../src/mail_order_bot_app/domain/order_id.ts";
import { identity } from "../order_desk.ts";

test("an order id is the same for the same task, today and in a year", () => {
  expect(orderIdFor("imap:main:INBOX:17:42")).toBe("SO-Q4RWMYXYE1ZG");
});

test("a hundred thousand mails of one mailbox have a hundred thousand ids", () => {
  const ids = new Set(Array.from({ length: 100_000 }, (_, uid) => orderIdFor(`imap:main:INBOX:1763285000:${uid}`)));
  expect(ids.size).toBe(100_000);
  for (const id of ids) if (!/^SO-[0-9A-HJKMNP-TV-Z]{12}$/.test(id)) expect.fail(id);
});

test("the Message-ID of a confirmation leads back to its order", () => {
  const orderId = orderIdFor("imap:main:INBOX:17:42");
  const messageId = confirmationMessageId(orderId, 3, identity);
  expect(messageId).toBe(`<conf-${orderId}-3@${identity.messageIdDomain}>`);
  expect(confirmationOrderId(messageId, identity)).toBe(orderId);
});

test.each([
  "<conf-SO-000000000000-1@evil.example>",
  `<conf-SO-00-1@${identity.messageIdDomain}>`,
  `<x@${identity.messageIdDomain}>`,
  "",
])("%s leads nowhere", (messageId) => expect(confirmationOrderId(messageId, identity)).toBeUndefined());
