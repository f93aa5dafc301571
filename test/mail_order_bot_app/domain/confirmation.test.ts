import { describe, expect, test } from "vitest";
import { confirmation } from "../../../src/mail_order_bot_app/domain/confirmation.ts";
import type { Customer } from "../../../src/mail_order_bot_app/domain/customer.ts";
import type { IncomingMail } from "../../../src/mail_order_bot_app/domain/incoming_mail.ts";
import { type Order, totalOf } from "../../../src/mail_order_bot_app/domain/order.ts";
import { orderIdFor } from "../../../src/mail_order_bot_app/domain/order_id.ts";
import type { OrderLine } from "../../../src/mail_order_bot_app/domain/order_line.ts";
import type { OutgoingMail } from "../../../src/mail_order_bot_app/domain/outgoing_mail.ts";
import { replyAddress } from "../../../src/mail_order_bot_app/domain/reply_address.ts";
import { isMessageId, oneLine } from "../../../src/mail_order_bot_app/domain/safe_text.ts";
import { customer } from "../customers.ts";
import { incomingMail } from "../incoming_mails.ts";
import { identity } from "../order_desk.ts";

const orderId = orderIdFor("imap:main:INBOX:17:42");
const line = (sku: string, state: OrderLine["state"]): OrderLine =>
  ({ position: 1, origin: "text line 1", sku, quantity: 4, name: "Oak chair", unitPrice: 4_990, state }) as OrderLine;
const lines = [line("CH-1001", { kind: "accepted" }), line("CH-1002", { kind: "backorder", available: 1 })];
const refused = [
  line("CH-1999", { kind: "unknown_sku" }),
  line("CH-1003", { kind: "bad_quantity", why: "not-in-packs", packSize: 4 }),
];

function answerTo(mail: Partial<IncomingMail>, to: Partial<Customer> = {}, poNumber?: string): OutgoingMail {
  const all = [...lines, ...refused];
  const order: Order = {
    id: orderId,
    revision: 1,
    customerId: customer().id,
    ...(poNumber !== undefined && { poNumber }),
    lines: all,
    total: totalOf(all),
    currency: "EUR",
  };
  return confirmation({
    mail: incomingMail(mail),
    to: replyAddress(incomingMail(mail), "emma.clarke@harbour-interiors.example", customer(to)),
    customer: customer(to),
    orderId,
    revision: 1,
    answer: { kind: "accepted", order },
    identity,
  });
}

/** Everything of an outgoing mail that ends up in its header. */
function headerTexts(mail: OutgoingMail): readonly string[] {
  return [
    mail.messageId,
    mail.subject,
    mail.from.name,
    mail.from.address,
    mail.to.name,
    mail.to.address,
    mail.inReplyTo ?? "",
    ...mail.references,
    ...Object.entries(mail.headers).flat(),
  ];
}

describe("a confirmation", () => {
  test("belongs to the customer's thread", () => {
    const references = ["<first@x.example>", "<second@x.example>"];
    expect(answerTo({ messageId: "<third@x.example>", references })).toMatchObject({
      inReplyTo: "<third@x.example>",
      references: [...references, "<third@x.example>"],
    });
    expect(answerTo({ messageId: "<b@x.example>", inReplyTo: ["<a@x.example>"] }).references).toEqual([
      "<a@x.example>",
      "<b@x.example>",
    ]);
  });

  test("keeps the first and the newest of a long thread", () => {
    const references = Array.from({ length: 90 }, (_, i) => `<${i}@x.example>`);
    const answer = answerTo({ messageId: "<new@x.example>", references });
    expect(answer.references).toHaveLength(20);
    expect(answer.references.at(0)).toBe("<0@x.example>");
    expect(answer.references.at(-1)).toBe("<new@x.example>");
  });

  test("answers a mail without Message-ID outside any thread", () => {
    const { messageId: _, ...nameless } = incomingMail();
    const answer = confirmation({
      mail: nameless,
      to: "emma.clarke@harbour-interiors.example",
      customer: customer(),
      orderId,
      revision: 1,
      answer: { kind: "rejected", lines: refused },
      identity,
    });
    expect(answer.inReplyTo).toBeUndefined();
    expect(answer.references).toEqual([]);
  });

  test("asks for no answer and has the null sender", () => {
    expect(answerTo({})).toMatchObject({
      envelopeFrom: "",
      headers: { "Auto-Submitted": "auto-replied", "X-Mail-Order-Bot": orderId },
    });
  });

  test("has the same Message-ID every time it is written", () => {
    expect(answerTo({}).messageId).toBe(`<conf-${orderId}-1@${identity.messageIdDomain}>`);
    expect(answerTo({})).toEqual(answerTo({}));
  });

  test("goes to the Reply-To only where the customer itself may order from", () => {
    const to = (address: string) => answerTo({ replyTo: [{ name: "", address }] }).to.address;
    expect(to("purchasing@harbour-interiors.example")).toBe("purchasing@harbour-interiors.example");
    expect(to("victim@elsewhere.example")).toBe("emma.clarke@harbour-interiors.example");
    expect(to("x@harbour-interiors.example\r\nbcc: y@z.example")).toBe("emma.clarke@harbour-interiors.example");
  });

  test("says in the customer's language and numbers what is ordered and what is not", () => {
    const { subject, text } = answerTo({ subject: "AW: Re: Stühle" }, { language: "de", decimalComma: true }, "4711");
    expect(subject).toBe(`Auftrag ${orderId} bestätigt: Stühle`);
    expect(text).toContain("Ihre Bestellung 4711");
    expect(text).toMatch(/4 x CH-1001 .*49,90 EUR {2}= 199,60 EUR/);
    expect(text).toMatch(/CH-1002 .*1 auf Lager/);
    expect(text).toContain("Summe: 399,20 EUR");
    expect(text).toContain("CH-1999: diesen Artikel kennen wir nicht.");
    expect(text).toContain("CH-1003: wird in Packungen zu 4 Stück verkauft.");
  });
});

describe("whatever a mail contains, no header of ours", () => {
  const attacks = [
    "Chairs\r\nBcc: victim@elsewhere.example",
    "Chairs\nX: y",
    "Chairs\rX: y",
    "Chairs\u0000\u000b\u0085\u2028\u2029Bcc: x",
    "\u202eTXET\u2066",
    "\ud800 lonely",
    "\r\n\r\n<script>",
    "x".repeat(100_000),
    "\u0000".repeat(100_000),
    "😀".repeat(500),
    "",
  ];

  test.each(attacks)("can be ended or disguised by its subject: %j", (subject) => {
    for (const text of headerTexts(answerTo({ subject }))) {
      expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
      expect(text.length).toBeLessThan(300);
    }
  });

  test.each([
    "<a@b.example>\r\nBcc: x@y.example",
    "<a b@c.example>",
    "<a@b",
    "a@b.example",
    `<${"a".repeat(400)}@b.example>`,
    "<ä@b.example>",
  ])("can be ended by its Message-ID or References: %j", (id) => {
    expect(isMessageId(id)).toBe(false);
    const answer = answerTo({ messageId: id, references: [id], inReplyTo: [id] });
    expect(answer.inReplyTo).toBeUndefined();
    expect(answer.references).toEqual([]);
  });

  test("can be ended by the customer's own name", () => {
    expect(answerTo({}, { name: "Evil\r\nBcc: x@y.example" }).to.name).toBe("Evil Bcc: x@y.example");
  });
});

test("a text is shortened between characters, not within one", () => {
  expect(oneLine("😀😀😀", 2)).toBe("😀…");
  expect(oneLine(" a\t\tb ", 10)).toBe("a b");
});
