import { expect, test } from "vitest";
import { undeliverableOrder } from "../../../src/mail_order_bot_app/domain/delivery_report.ts";
import type { MailAttachment } from "../../../src/mail_order_bot_app/domain/incoming_mail.ts";
import { incomingMail } from "../incoming_mails.ts";
import { identity } from "../order_desk.ts";

const part = (mimeType: string, content: string): MailAttachment => ({
  name: "part",
  mimeType,
  inline: false,
  content: Buffer.from(content),
});
const status = (action: string) =>
  part("message/delivery-status", `Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: ${action}\r\n`);
const ours = `Message-ID: <conf-SO-8S4WXPQ9QN2R-1@${identity.messageIdDomain}>`;

test.each(["text/rfc822-headers", "message/rfc822"])("a failed confirmation leads back to its order by %s", (type) => {
  const attachments = [status("failed"), part(type, `From: x\r\n${ours}\r\n\r\n`)];
  expect(undeliverableOrder(incomingMail({ attachments }), identity)).toBe("SO-8S4WXPQ9QN2R");
});

test.each([
  ["a delay is not a failure", [status("delayed"), part("message/rfc822", ours)]],
  ["another's mail is none of ours", [status("failed"), part("message/rfc822", "Message-ID: <a@b.example>")]],
  ["a report without the mail says nothing", [status("failed")]],
  ["an empty report says nothing", []],
])("%s", (_, attachments) => {
  expect(undeliverableOrder(incomingMail({ attachments }), identity)).toBeUndefined();
});
