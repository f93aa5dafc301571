import { expect, test } from "vitest";
import { doubtsAboutAttachments, roleOf } from "../../../src/mail_order_bot_app/domain/attachments.ts";
import type { MailAttachment } from "../../../src/mail_order_bot_app/domain/incoming_mail.ts";

const attachment = (name: string, mimeType: string, inline = false): MailAttachment => ({
  name,
  mimeType,
  inline,
  content: Buffer.from("x"),
});

test.each([
  ["order.csv", "application/vnd.ms-excel", false, "order-list"],
  ["ORDER.TSV", "application/octet-stream", false, "order-list"],
  ["attachment_1", "text/csv", false, "order-list"],
  ["logo.png", "image/png", true, "decoration"],
  ["smime.p7s", "application/pkcs7-signature", false, "decoration"],
  ["card.vcf", "text/vcard", false, "decoration"],
  ["photo of the order.jpg", "image/jpeg", false, "unread"],
  ["order.pdf", "application/pdf", false, "unread"],
  ["order.pdf", "application/pdf", true, "unread"],
  ["order.xlsx", "application/octet-stream", false, "unread"],
  ["order.eml", "message/rfc822", false, "unread"],
  ["winmail.dat", "application/ms-tnef", false, "unread"],
])("%s (%s, inline: %s) is an %s", (name, type, inline, role) => {
  expect(roleOf(attachment(name, type, inline))).toBe(role);
});

test("what cannot be read is named, up to ten times", () => {
  const files = Array.from({ length: 40 }, (_, i) => attachment(`${i}.pdf`, "application/pdf"));
  expect(doubtsAboutAttachments(files)).toHaveLength(10);
  expect(doubtsAboutAttachments([attachment("logo.png", "image/png", true)])).toEqual([]);
});
