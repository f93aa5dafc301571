import { describe, expect, test } from "vitest";
import type { UnreadableMail } from "../../../src/mail_order_bot_app/domain/incoming_mail.ts";
import { orderIdFor } from "../../../src/mail_order_bot_app/domain/order_id.ts";
import { OrderConflictError } from "../../../src/mail_order_bot_app/services/order_conflict_error.ts";
import { customer } from "../customers.ts";
import { mailText } from "../mail_text.ts";
import { MemoryOrderBook } from "../memory_order_book.ts";
import { openOrderDesk } from "../order_desk.ts";

/** The same order again and again, each in a mail of its own. */
const orderNo = (n: number, fields: Readonly<Record<string, string>> = {}) =>
  mailText({ fields: { "Message-ID": `<chairs.${n}@mail.harbour-interiors.example>`, ...fields } });

describe("an order that is understood", () => {
  test("is stored with its confirmation, its trail and the unit of work, at once", async () => {
    const desk = await openOrderDesk();
    const unitOfWork = { journal: "row 17" };

    const { decision, reply } = await desk.handIn(mailText({}), {
      taskId: "imap:17:42",
      unitOfWork,
      traceId: "trace",
      configVersion: "7",
    });

    expect(decision).toMatchObject({ kind: "accept", order: { id: orderIdFor("imap:17:42"), total: 4 * 4_990 } });
    expect(desk.book.unitsOfWork).toEqual([unitOfWork]);
    expect(desk.book.committed).toMatchObject([
      {
        taskId: "imap:17:42",
        customerId: "harbour_interiors",
        keys: { messageId: "<chairs.1@mail.harbour-interiors.example>", fingerprint: "CH-1001*4@" },
        mail: { from: "emma.clarke@harbour-interiors.example", subject: "Chairs" },
        reply: {
          to: { address: "emma.clarke@harbour-interiors.example" },
          inReplyTo: "<chairs.1@mail.harbour-interiors.example>",
        },
        audit: [
          { kind: "mail_decided", traceId: "trace", configVersion: "7" },
          { kind: "order_created" },
          { kind: "reply_queued" },
        ],
      },
    ]);
    expect(desk.book.outbox).toEqual([reply]);
  });

  test("is one order however often its task is tried", async () => {
    const desk = await openOrderDesk();
    const first = await desk.handIn(mailText({}), { taskId: "imap:17:42" });
    const second = await desk.handIn(mailText({}), { taskId: "imap:17:42" });

    expect(second.decision).toEqual(first.decision);
    expect(second.commit).toMatchObject({
      kind: "already-committed",
      decision: "accept",
      orderId: orderIdFor("imap:17:42"),
    });
    expect(desk.book.orders).toHaveLength(1);
    expect(desk.book.outbox).toHaveLength(1);
  });

  test("is one order when the mailbox was rebuilt and the same mail comes as a new task", async () => {
    const desk = await openOrderDesk();
    await desk.handIn(mailText({}), { taskId: "imap:17:42" });
    const again = await desk.handIn(mailText({}), { taskId: "imap:18:1" });
    expect(again.decision).toMatchObject({ kind: "ignore", earlierOrderId: orderIdFor("imap:17:42") });
  });

  test("is decided anew when another mail took its order number in the meantime", async () => {
    const book = new MemoryOrderBook();
    const rival = await openOrderDesk({ parts: { orders: book } });
    let raced = false;
    const racing = await openOrderDesk({
      parts: {
        orders: {
          history: (question) => book.history(question),
          commit: async (decided, unitOfWork) => {
            if (!raced) await rival.handIn(orderNo(1, { Subject: "PO 4711" }), { taskId: "rival" });
            raced = true;
            return await book.commit(decided, unitOfWork);
          },
        },
      },
    });

    const { decision } = await racing.handIn(orderNo(2, { Subject: "PO 4711" }), { taskId: "late" });

    expect(decision).toMatchObject({ kind: "ignore", earlierOrderId: orderIdFor("rival") });
    expect(book.orders).toHaveLength(1);
  });

  test("fails loudly when the order book contradicts itself", async () => {
    const book = new MemoryOrderBook();
    const desk = await openOrderDesk({
      parts: { orders: { history: (question) => book.history(question), commit: async () => ({ kind: "conflict" }) } },
    });
    await expect(desk.handIn(mailText({}))).rejects.toBeInstanceOf(OrderConflictError);
  });
});

describe("the brake", () => {
  test("holds answers back after so many within the hour, but never the orders", async () => {
    const desk = await openOrderDesk({ rules: { maxRepliesPerHour: 3 } });
    for (let n = 1; n <= 5; n += 1) await desk.handIn(orderNo(n));
    expect(desk.book.orders).toHaveLength(5);
    expect(desk.book.outbox).toHaveLength(3);
    expect(desk.book.committed.at(-1)?.audit).toMatchObject([{}, {}, { kind: "reply_withheld" }]);

    await desk.clock.advance(3_600_001);
    await desk.handIn(orderNo(6));
    expect(desk.book.outbox).toHaveLength(4);
  });

  test("says so when it holds an answer back", async () => {
    const desk = await openOrderDesk({ rules: { maxRepliesPerHour: 1 } });
    expect(await desk.handIn(orderNo(1))).not.toHaveProperty("withheld");
    expect(await desk.handIn(orderNo(2))).toMatchObject({
      withheld: "This sender got 1 answers within the hour; the limit is 1.",
    });
  });

  test("counts each sender alone", async () => {
    const desk = await openOrderDesk({ rules: { maxRepliesPerHour: 1 } });
    await desk.handIn(orderNo(1));
    await desk.handIn(orderNo(2, { From: "purchasing@harbour-interiors.example" }));
    expect(desk.book.outbox).toHaveLength(2);
  });

  test("counts by the address that gets the answers, not by who asks for them", async () => {
    const desk = await openOrderDesk({ rules: { maxRepliesPerHour: 1 } });
    const fields = { "Reply-To": "purchasing@harbour-interiors.example" };
    await desk.handIn(orderNo(1, fields));
    await desk.handIn(orderNo(2, fields));
    expect(desk.book.orders).toHaveLength(2);
    expect(desk.book.outbox).toHaveLength(1);
  });

  test("lets a Message-ID be answered once", async () => {
    const desk = await openOrderDesk();
    await desk.handIn(orderNo(1));
    await desk.handIn(orderNo(1, { From: "supplies@westside-schools.example" }));
    expect(desk.book.orders).toHaveLength(2);
    expect(desk.book.outbox).toHaveLength(1);
  });
});

describe("a mail that is not an order", () => {
  test.each([
    ["sender_unknown", { From: "eve@evil.example" }],
    ["sender_ambiguous", { From: "emma.clarke@harbour-interiors.example, eve@evil.example" }],
    ["sender_not_authenticated", { From: "intern@harbour-interiors.example" }],
    ["sender_missing", { From: undefined }],
  ])("goes to a person unanswered: %s", async (code, fields) => {
    const desk = await openOrderDesk();
    const { decision, reply } = await desk.handIn(mailText({ fields }));
    expect(decision).toMatchObject({ kind: "review", reasons: [{ code }] });
    expect(reply).toBeUndefined();
  });

  test.each([{ "Auto-Submitted": "auto-generated" }, { Precedence: "bulk" }, { "Return-Path": "<>" }])(
    "is never answered when a machine sent it, but kept when it orders something: %j",
    async (fields) => {
      const desk = await openOrderDesk();
      const order = await desk.handIn(mailText({ fields }));
      expect(order.decision).toMatchObject({ kind: "review", reasons: [{}, { code: "automatic_mail_with_order" }] });
      const chat = await desk.handIn(mailText({ fields, body: "I am on holiday." }));
      expect(chat.decision.kind).toBe("ignore");
      expect(desk.book.outbox).toEqual([]);
    },
  );

  test("is ignored when it is our own coming back, whatever it says", async () => {
    const desk = await openOrderDesk();
    await desk.handIn(mailText({ fields: { "X-Mail-Order-Bot": "SO-000000000000" } }));
    await desk.handIn(mailText({ fields: { From: "orders@fjord-furniture.example" } }));
    expect(desk.book.committed.map(({ decision }) => decision.kind)).toEqual(["ignore", "ignore"]);
  });

  test("goes to a person with its order when it answers our confirmation", async () => {
    const desk = await openOrderDesk();
    const { reply } = await desk.handIn(orderNo(1), { taskId: "first" });
    const answer = await desk.handIn(orderNo(2, { "In-Reply-To": reply?.messageId ?? "" }));
    expect(answer.decision).toMatchObject({
      kind: "review",
      reasons: [{ code: "answers_our_mail" }],
      relatedOrderId: orderIdFor("first"),
    });
  });

  test("goes to a person when it cancels an order by repeating it", async () => {
    const desk = await openOrderDesk();
    await desk.handIn(orderNo(1, { Subject: "PO 4711" }), { taskId: "first" });
    const cancelled = await desk.handIn(orderNo(2, { Subject: "Please cancel PO 4711" }));
    expect(cancelled.decision).toMatchObject({
      kind: "review",
      reasons: [{ code: "amendment" }, { code: "change_request" }],
      relatedOrderId: orderIdFor("first"),
    });
  });

  test("goes to a person when it says that our confirmation did not arrive", async () => {
    const desk = await openOrderDesk();
    const { reply } = await desk.handIn(orderNo(1), { taskId: "first" });
    const report = mailText({
      fields: {
        "Return-Path": "<>",
        From: "mailer-daemon@x.example",
        "Content-Type": 'multipart/report; boundary="b"',
      },
      body: [
        "--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; x@y\nAction: failed\n",
        `--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: ${reply?.messageId}\n`,
        "--b--\n",
      ].join("\n"),
    });
    expect((await desk.handIn(report)).decision).toMatchObject({
      kind: "review",
      reasons: [{ code: "reply_undeliverable" }],
      relatedOrderId: orderIdFor("first"),
    });
  });

  test("goes to a person once when it is too big to be fetched", async () => {
    const desk = await openOrderDesk();
    const raw: UnreadableMail = {
      kind: "unreadable",
      reason: "too-big",
      detail: "It has 90 MB.",
      sha256: "f".repeat(64),
      sizeBytes: 90_000_000,
      from: [],
      subject: "pictures",
    };
    const first = await desk.handIn("", { raw });
    const second = await desk.handIn("", { raw });
    expect(first.decision).toEqual({
      kind: "review",
      reasons: [{ code: "mail_unreadable", sentence: "It has 90 MB." }],
    });
    expect(second.decision.kind).toBe("ignore");
  });
});

test("a task that is called off while its mail is being understood leaves nothing behind", async () => {
  const stop = new AbortController();
  const reason = new Error("shutdown");
  const customers = {
    match: async () => {
      stop.abort(reason);
      return { byAddress: customer({ acceptUnauthenticated: true }) };
    },
  };
  const desk = await openOrderDesk({ parts: { customers } });
  await expect(desk.handIn(mailText({}), { signal: stop.signal })).rejects.toBe(reason);
  expect(desk.book.committed).toEqual([]);
});

test("a customer who wants proof gets neither an order nor an answer for a forged mail", async () => {
  const strict = customer();
  const customers = { match: async () => ({ byAddress: strict, byDomain: strict }) };
  const desk = await openOrderDesk({ rules: { authservId: "mx.fjord-furniture.example" }, parts: { customers } });
  const forged = await desk.handIn(mailText({}));
  expect(forged.decision).toMatchObject({ kind: "review", reasons: [{ code: "sender_not_authenticated" }] });
  expect(forged.reply).toBeUndefined();
  const results = "mx.fjord-furniture.example; dmarc=pass header.from=harbour-interiors.example";
  const proven = await desk.handIn(orderNo(2, { "Authentication-Results": results }));
  expect(proven.decision.kind).toBe("accept");
});

test.each([
  ["two different lists", "CH-1001 4", "SKU;Qty\nCH-1002;4", "several_order_lists"],
  ["an unreadable file", "CH-1001 4", 'SKU;Qty\n"CH-1002;4', "csv_unreadable"],
  ["two order numbers", "PO 4711\nPO 4712\nCH-1001 4", "SKU;Qty\nCH-1001;4", "po_number_unclear"],
])("%s in one mail are a question for a person", async (_, text, csv, code) => {
  const desk = await openOrderDesk();
  const { decision } = await desk.handIn(
    mailText({
      fields: { "Content-Type": 'multipart/mixed; boundary="b"' },
      body: `--b\n\n${text}\n--b\nContent-Type: text/csv; name=order.csv\n\n${csv}\n--b--\n`,
    }),
  );
  expect(decision).toMatchObject({ kind: "review", reasons: [{ code }] });
});

test("a list that text and file agree on is one order", async () => {
  const desk = await openOrderDesk();
  const { decision } = await desk.handIn(
    mailText({
      fields: { "Content-Type": 'multipart/mixed; boundary="b"' },
      body: "--b\n\nCH-1001 4\n--b\nContent-Type: text/csv; name=order.csv\n\nSKU;Qty\nCH-1001;4\n--b--\n",
    }),
  );
  expect(decision).toMatchObject({ kind: "accept", order: { total: 4 * 4_990 } });
});
