import type { IncomingMail } from "../../src/mail_order_bot_app/domain/incoming_mail.ts";

/** A parsed mail as a value, for tests of what comes after the parsing. */
export function incomingMail(change: Partial<IncomingMail> = {}): IncomingMail {
  return {
    kind: "readable",
    sha256: "0".repeat(64),
    sizeBytes: 100,
    messageId: "<chairs.1@mail.harbour-interiors.example>",
    inReplyTo: [],
    references: [],
    from: [{ name: "Emma Clarke", address: "emma.clarke@harbour-interiors.example" }],
    replyTo: [],
    returnPath: "emma.clarke@harbour-interiors.example",
    subject: "Chairs",
    headers: [],
    text: "4 x CH-1001",
    hasHtml: false,
    attachments: [],
    ...change,
  };
}

/** The same with header fields, each "Name: value". */
export function mailWithFields(...fields: readonly string[]): IncomingMail {
  const headers = fields.map((field) => {
    const colon = field.indexOf(":");
    return { name: field.slice(0, colon).toLowerCase(), value: field.slice(colon + 1).trim() };
  });
  return incomingMail({ headers });
}
