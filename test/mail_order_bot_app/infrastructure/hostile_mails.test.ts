import { expect, test } from "vitest";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { mailCost } from "../../../src/mail_order_bot_app/infrastructure/mail_cost.ts";
import { defaultMailLimits } from "../../../src/mail_order_bot_app/infrastructure/mail_limits.ts";
import { PostalMailParser } from "../../../src/mail_order_bot_app/infrastructure/postal_mail_parser.ts";
import { mailText } from "../mail_text.ts";
import { openOrderDesk } from "../order_desk.ts";

const from = "From: emma.clarke@harbour-interiors.example\r\nSubject: x\r\n";
const mixed = `${from}Content-Type: multipart/mixed; boundary=b\r\n\r\n`;
const nested = Array.from(
  { length: 3_000 },
  (_, i) => `--b${i}\r\nContent-Type: multipart/mixed; boundary=b${i + 1}\r\n\r\n`,
);

/** What each is, and where it is parsed: what would hold up the event loop must not be parsed on it. */
const hostile: readonly (readonly [string, "inline" | "thread" | "refuse", string])[] = [
  ["3000 nested multiparts", "thread", `${from}Content-Type: multipart/mixed; boundary=b0\r\n\r\n${nested.join("")}`],
  ["50,000 parts", "refuse", mixed + "--b\r\n\r\nx\r\n".repeat(50_000)],
  ["10,000 parts", "thread", mixed + "--b\r\n\r\nx\r\n".repeat(10_000)],
  ["200 parts", "inline", mixed + "--b\r\n\r\nx\r\n".repeat(200)],
  ["200,000 header fields", "refuse", `${from}${"X: y\r\n".repeat(200_000)}\r\nhi`],
  ["50,000 header fields", "thread", `${from}${"X: y\r\n".repeat(50_000)}\r\nhi`],
  ["50,000 recipients", "thread", `${from}To: ${"a@b.example, ".repeat(50_000)}\r\n\r\nhi`],
  ["4,500 senders", "thread", `From: ${"a@b.example, ".repeat(4_500)}\r\n\r\nhi`],
  ["30,000 groups of senders", "thread", `From: ${"a:".repeat(30_000)}\r\n\r\nhi`],
  ["a sender in 30,000 brackets", "thread", `From: ${"(<".repeat(30_000)}\r\n\r\nhi`],
  ["50,000 nested <div>", "inline", `${from}Content-Type: text/html\r\n\r\n${"<div>".repeat(50_000)}`],
  [
    "a text beside them",
    "inline",
    `${mixed}--b\r\n\r\nhi\r\n--b\r\nContent-Type: text/html\r\n\r\n${"<div>".repeat(50_000)}`,
  ],
  ["900,000 line ends", "refuse", `${from}\r\n${"\n".repeat(900_000)}`],
  ["20,000 line ends", "thread", `${from}\r\n${"\n".repeat(20_000)}`],
  ["900,000 blanks", "inline", `${from}\r\nthanks${" ".repeat(900_000)}x`],
  ["one line of articles", "inline", `${from}\r\n${"CH-1001 ".repeat(100_000)}`],
  ["20,000 unclear lines", "thread", `${from}\r\n${"please CH-1001 or CH-1002 maybe\r\n".repeat(20_000)}`],
  ["order numbers everywhere", "inline", `${from}\r\n${`${"PO PO order no ".repeat(60)}\r\n`.repeat(900)}`],
  ["attributions everywhere", "inline", `${from}\r\n${`On ${"a ".repeat(190)}\r\n`.repeat(2_000)}`],
];

// The time limit of every test tells "a moment" from "minutes", which is what an expression that backtracks would take.
test.each(hostile)("%s (%s) end in review", async (_, cost, text) => {
  const desk = await openOrderDesk({ parts: { parser: new PostalMailParser({ clock: new SystemClock() }) } });
  const raw = Buffer.from(text);
  expect(mailCost(raw, defaultMailLimits)).toBe(cost);
  expect((await desk.handIn(raw)).decision.kind).toBe("review");
});

test.each([
  ["an order of 1 kB", "inline", mailText({})],
  ["a mail of 900 kB", "inline", mailText({ body: `${"x".repeat(200)}\n`.repeat(4_400) })],
  ["a mail of 20 MB", "thread", mailText({ body: `${"QUJD".repeat(19)}\n`.repeat(260_000) })],
])("%s is parsed %s", (_, cost, text) => expect(mailCost(Buffer.from(text), defaultMailLimits)).toBe(cost));
