import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import type { IncomingMail, UnreadableMail } from "../../../src/mail_order_bot_app/domain/incoming_mail.ts";
import type { MailLimits } from "../../../src/mail_order_bot_app/infrastructure/mail_limits.ts";
import { PostalMailParser } from "../../../src/mail_order_bot_app/infrastructure/postal_mail_parser.ts";
import { mailText } from "../mail_text.ts";

const crlf = (text: string) => Buffer.from(text.replaceAll(/\r?\n/g, "\r\n"));

function parse(text: string, limits: Partial<MailLimits> = {}): Promise<IncomingMail | UnreadableMail> {
  return new PostalMailParser({ clock: new SystemClock(), limits }).parse(crlf(text));
}

async function parsed(text: string, limits: Partial<MailLimits> = {}): Promise<IncomingMail> {
  const mail = await parse(text, limits);
  if (mail.kind === "unreadable") throw new Error(mail.detail);
  return mail;
}

describe("a parsed mail", () => {
  test("has the fields of its header, names and addresses apart", async () => {
    const text = mailText({
      fields: {
        From: '"Clarke, Emma" <Emma.Clarke@Harbour-Interiors.example>',
        "Reply-To": "purchasing@harbour-interiors.example",
        Subject: "=?UTF-8?Q?St=C3=BChle?=",
        "In-Reply-To": "<offer.7@x.example>",
        References: "<offer.5@x.example>\n <offer.7@x.example> rubbish",
      },
    });
    expect(await parsed(text)).toMatchObject({
      kind: "readable",
      sha256: createHash("sha256").update(crlf(text)).digest("hex"),
      sizeBytes: crlf(text).length,
      messageId: "<chairs.1@mail.harbour-interiors.example>",
      from: [{ name: "Clarke, Emma", address: "emma.clarke@harbour-interiors.example" }],
      replyTo: [{ address: "purchasing@harbour-interiors.example" }],
      returnPath: "emma.clarke@harbour-interiors.example",
      subject: "Stühle",
      date: "2026-11-16T08:12:44.000Z",
      inReplyTo: ["<offer.7@x.example>"],
      references: ["<offer.5@x.example>", "<offer.7@x.example>"],
      text: expect.stringContaining("4 x CH-1001"),
      hasHtml: false,
      attachments: [],
    });
  });

  test("tells the null sender from no Return-Path at all", async () => {
    expect((await parsed(mailText({ fields: { "Return-Path": "<>" } }))).returnPath).toBe("");
    expect((await parsed(mailText({ fields: { "Return-Path": undefined } }))).returnPath).toBeUndefined();
  });

  test("names every sender it claims, so that two are noticed", async () => {
    const twoFields = `From: eve@evil.example\n${mailText({})}`;
    expect((await parsed(twoFields)).from.map(({ address }) => address)).toEqual([
      "eve@evil.example",
      "emma.clarke@harbour-interiors.example",
    ]);
    const disguised = mailText({ fields: { From: '"emma.clarke@harbour-interiors.example" <eve@evil.example>' } });
    expect((await parsed(disguised)).from.map(({ address }) => address)).toEqual(["eve@evil.example"]);
  });

  test.each(["no brackets", "<a b@c.example>", "<>", "<a@b.example"])(
    "has no Message-ID rather than %s",
    async (id) => {
      expect((await parsed(mailText({ fields: { "Message-ID": id } }))).messageId).toBeUndefined();
    },
  );

  test("keeps a forwarded mail as an attachment, apart from its own words", async () => {
    const mail = await parsed(
      mailText({
        fields: { "Content-Type": 'multipart/mixed; boundary="b"' },
        body: "--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\nSubject: order\n\nCH-1001 9\n--b--\n",
      }),
    );
    expect(mail.text).not.toContain("CH-1001");
    expect(mail.attachments).toMatchObject([{ mimeType: "message/rfc822" }]);
  });

  test("reads a body of another charset", async () => {
    const text = mailText({
      fields: { "Content-Type": "text/plain; charset=iso-8859-15" },
      body: "4 x CH-1001 zu 5 \u0080",
    });
    const bytes = Buffer.from(text.replaceAll("\n", "\r\n"), "latin1").map((byte) => (byte === 0x80 ? 0xa4 : byte));
    const mail = await new PostalMailParser({ clock: new SystemClock() }).parse(bytes);
    expect(mail).toMatchObject({ text: expect.stringContaining("zu 5 €") });
  });

  test.each([
    ["../../etc/passwd", "passwd"],
    ["C:\\temp\\order.csv", "order.csv"],
    ["..", "attachment_1"],
    ["con.csv", "attachment_1_con.csv"],
    ["a\u202Evsc.exe", "a vsc.exe"],
    [`${"x".repeat(300)}.csv`, `${"x".repeat(80)}_${"x".repeat(15)}.csv`],
  ])("has an attachment %j under the safe name %s", async (claimed, name) => {
    const encoded = encodeURIComponent(claimed);
    const mail = await parsed(
      mailText({
        fields: {
          "Content-Type": `application/octet-stream; name*=UTF-8''${encoded}`,
          "Content-Disposition": "attachment",
        },
      }),
    );
    expect(mail.attachments.map((attachment) => attachment.name)).toEqual([name]);
  });
});

describe("a mail beyond the limits", () => {
  test.each([
    ["too-big", mailText({ body: "x".repeat(5_000) }), { maxRawBytes: 4_000 }],
    ["headers-too-big", mailText({ fields: { X: "y".repeat(5_000) } }), { maxHeaderBytes: 4_000 }],
    [
      "too-many-attachments",
      mailText({
        fields: { "Content-Type": 'multipart/mixed; boundary="b"' },
        body: "--b\nContent-Type: a/b\n\nx\n".repeat(5),
      }),
      { maxAttachments: 4 },
    ],
  ])("is unreadable (%s), but still says what a person needs to find it", async (reason, text, limits) => {
    expect(await parse(text, limits)).toMatchObject({
      kind: "unreadable",
      reason,
      messageId: "<chairs.1@mail.harbour-interiors.example>",
      from: [{ address: "emma.clarke@harbour-interiors.example" }],
      subject: "Chairs",
      sizeBytes: crlf(text).length,
    });
  });
});

describe("a large mail", () => {
  const csv = "SKU;Qty\r\n".concat("CH-1001;4\r\n".repeat(1_000));
  const large = mailText({
    fields: { "Content-Type": 'multipart/mixed; boundary="b"' },
    body: `--b\n\nlong\n--b\nContent-Type: text/csv; name=a.csv\nContent-Transfer-Encoding: base64\n\n${Buffer.from(csv).toString("base64")}\n--b--\n`,
  });

  test("is the same mail whether it is parsed here or in a thread", async () => {
    const here = await parsed(large);
    const inThread = await parsed(large, { maxInlineBytes: 100 });
    expect(inThread).toEqual(here);
    expect(Buffer.from(inThread.attachments[0]?.content ?? []).toString()).toBe(csv);
  });

  test("does not touch the bytes it was given", async () => {
    const raw = crlf(large);
    await new PostalMailParser({ clock: new SystemClock(), limits: { maxInlineBytes: 100 } }).parse(raw);
    expect(raw).toEqual(crlf(large));
  });

  test("that takes too long is given up, and its thread is gone", async () => {
    const clock = new ManualClock();
    const parser = new PostalMailParser({ clock, limits: { maxInlineBytes: 100, parseDeadlineMs: 50 } });
    const raw = Buffer.concat([crlf(mailText({ body: "" })), Buffer.alloc(20_000_000, "x".repeat(76).concat("\r\n"))]);
    const parsing = parser.parse(raw);
    await clock.advance(50);
    expect(await parsing).toMatchObject({ kind: "unreadable", reason: "too-costly", subject: "Chairs" });
    expect(clock.pending).toBe(0);
  });

  test("can be called off before its thread runs, and while it does", async () => {
    const clock = new ManualClock();
    const parser = new PostalMailParser({ clock, limits: { maxInlineBytes: 100 } });
    const reason = new Error("shutdown");
    await expect(parser.parse(crlf(large), AbortSignal.abort(reason))).rejects.toBe(reason);

    const stop = new AbortController();
    const parsing = parser.parse(crlf(large), stop.signal);
    await settlePromises();
    expect(clock.pending).toBe(1);
    stop.abort(reason);
    await expect(parsing).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  test("waits for the one before it, and is parsed then", async () => {
    const parser = new PostalMailParser({ clock: new SystemClock(), limits: { maxInlineBytes: 100, maxThreads: 1 } });
    const mails = await Promise.all([1, 2, 3].map((n) => parser.parse(crlf(large.replace("Chairs", `Chairs ${n}`)))));
    expect(mails.map((mail) => mail.subject)).toEqual(["Chairs 1", "Chairs 2", "Chairs 3"]);
    expect((await parser.parse(crlf(large))).subject).toBe("Chairs");
  });
});
