import { expect, onTestFinished, test, vi } from "vitest";
import { SmtpMailer } from "../../../src/adapters/smtp/index.ts";
import { DatabaseUnavailableError } from "../../../src/adapters/sqlite/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { DurationMs } from "../../../src/app_runtime/base/duration.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { TraceService } from "../../../src/app_runtime/tracing/api.ts";
import { OrderDatabase } from "../../../src/mail_order_bot_app/infrastructure/order_database.ts";
import { OutboxSender } from "../../../src/mail_order_bot_app/infrastructure/outbox_sender.ts";
import type { SqlTransactions } from "../../../src/mail_order_bot_app/infrastructure/sql_transactions.ts";
import { openSink, type SmtpSink } from "../../adapters/smtp/smtp_sink.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { acceptedMail, replyTo } from "../decided_mails.ts";
import { openOrderStore } from "../order_store.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** A shop that stores orders in a real file and sends its answers to a real server, with a clock that tests move. */
async function openShop(
  options: {
    readonly place?: { readonly port: number };
    readonly dataDir?: string;
    readonly concurrency?: number;
    readonly wrap?: (transactions: SqlTransactions) => SqlTransactions;
  } = {},
) {
  const sink = await openSink();
  const clock = new ManualClock();
  const { store, events, dataDir } = await openOrderStore(clock, options.dataDir);
  const book = new OrderDatabase({ transactions: options.wrap?.(store.transactions) ?? store.transactions });
  const traces = new TraceService({ propagation: "parent", configVersion: () => "1" });
  const mailer = newMailer(options.place ?? sink);
  const { concurrency = 2 } = options;
  const parts = { database: book, mailer, clock, events, traces, policy: { concurrency }, random: () => 0.5 };
  const outbox = new OutboxSender(parts);
  onTestFinished(() => outbox.stop(AbortSignal.abort()));
  const order = (taskId: string, address?: string) =>
    book.commit(
      acceptedMail(taskId, { decidedAtMs: clock.wallNow(), reply: replyTo(taskId, address), carrier }),
      undefined,
    );
  const rows = (columns: string) => store.database.read(`SELECT ${columns} FROM outbox ORDER BY position`);
  return { sink, clock, store, events, book, outbox, order, rows, dataDir, traces };
}

const carrier = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

function newMailer({ port }: { readonly port: number }): SmtpMailer {
  const limit = 5_000 as DurationMs;
  return new SmtpMailer({
    clock: new SystemClock(),
    config: {
      host: "127.0.0.1",
      port,
      security: "none",
      allowClearText: false,
      auth: "password",
      connections: 2,
      connectTimeout: limit,
      greetingTimeout: limit,
      socketTimeout: limit,
      sendTimeout: limit,
    },
  });
}

async function proxyTo(sink: SmtpSink): Promise<TcpProxy> {
  const proxy = await TcpProxy.to({ host: sink.host, port: sink.port });
  onTestFinished(() => proxy.stop());
  return proxy;
}

const messageIds = (sink: SmtpSink) => sink.received.map((mail) => /^Message-ID: (.*)$/m.exec(mail.raw)?.[1]?.trim());

test("an answer leaves as soon as its order is committed, and its row says so", async () => {
  const { outbox, order, sink, events, rows, store, clock } = await openShop();
  await outbox.start();
  const sent = events.next("reply_sent");
  await order("a");
  await sent;

  expect(sink.received).toMatchObject([{ from: "", to: ["ann@nordic.example"] }]);
  expect(await rows("state, refusals, last_error")).toEqual([{ state: "sent", refusals: 0, last_error: null }]);
  expect(await store.database.read("SELECT kind, mail_sha256 FROM audit ORDER BY position")).toEqual([
    { kind: "mail_decided", mail_sha256: "sha-a" },
    { kind: "reply_sent", mail_sha256: "sha-a" },
  ]);
  expect(outbox.check()).toMatchObject({ state: "pass", observed: { sentThisRun: 1 } });

  await outbox.stop(new AbortController().signal);
  expect(clock.pending).toBe(0);
});

test("answers queued before the start are sent, oldest first, two at a time", async () => {
  const { outbox, order, sink } = await openShop();
  for (const task of ["a", "b", "c", "d", "e"]) await order(task);
  const held: (() => void)[] = [];
  const twoAreHeld = Promise.withResolvers<void>();
  sink.contentVerdict = () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    held.push(() => resolve(undefined));
    if (held.length === 2) twoAreHeld.resolve();
    return promise;
  };
  await outbox.start();
  await twoAreHeld.promise;
  expect(held).toHaveLength(2);

  sink.contentVerdict = () => undefined;
  for (const release of held) release();
  await sink.waitFor(5);
  const subjects = sink.received.map((mail) => /^Subject: Your order (\w)/m.exec(mail.raw)?.[1]);
  expect(subjects.slice(0, 2).sort()).toEqual(["a", "b"]);
  expect(subjects.slice().sort()).toEqual(["a", "b", "c", "d", "e"]);
});

test("an answer that is put off is tried again later, with growing patience", async () => {
  const { outbox, order, sink, events, clock, rows } = await openShop();
  sink.recipientVerdict = () => [451, "greylisted"];
  await outbox.start();
  const putOff = events.next("reply_put_off");
  await order("a");
  await putOff;
  expect(await rows("state, refusals, last_error")).toMatchObject([
    { state: "waiting", refusals: 1, last_error: expect.stringContaining("greylisted") },
  ]);

  const again = events.next("reply_put_off");
  await clock.advance(30_000);
  await again;
  sink.recipientVerdict = () => undefined;
  await clock.advance(59_000);
  expect(sink.received).toEqual([]);
  const sent = events.next("reply_sent");
  await clock.advance(1_000);
  await sent;
  expect(messageIds(sink)).toEqual([replyTo("a").messageId]);
});

test("an answer does not wait for the hour that a clock was ahead", async () => {
  const hourMs = 60 * 60_000;
  const { outbox, order, sink, clock } = await openShop();
  clock.jumpWall(hourMs);
  await order("a");
  clock.jumpWall(-hourMs);
  await outbox.start();
  await sink.waitFor(1);
  expect(messageIds(sink)).toEqual([replyTo("a").messageId]);
});

test("an answer that is put off for days is given up", async () => {
  const { outbox, order, sink, events, clock, rows } = await openShop();
  sink.recipientVerdict = () => [451, "mailbox full"];
  await order("a");
  await clock.advance(4 * day);
  const givenUp = events.next("reply_given_up");
  await outbox.start();
  await givenUp;
  expect(await rows("state")).toEqual([{ state: "given_up" }]);
});

test("an answer refused for good is given up at once, visibly, and the next one is sent", async () => {
  const { outbox, order, sink, events, rows, store } = await openShop();
  sink.recipientVerdict = (address) => (address.startsWith("ann@") ? [550, "no such user"] : undefined);
  await outbox.start();
  const givenUp = events.next("reply_given_up");
  await order("a");
  await givenUp;
  const sent = events.next("reply_sent");
  await order("b", "bob@nordic.example");
  await sent;

  expect(await rows("state")).toEqual([{ state: "given_up" }, { state: "sent" }]);
  expect(outbox.check()).toMatchObject({ state: "warn", output: expect.stringContaining("no such user") });
  expect(await store.database.read("SELECT detail FROM audit WHERE kind = 'reply_given_up'")).toMatchObject([
    { detail: expect.stringContaining("550") },
  ]);
});

test("while the server is down health says so, and all answers leave once it is back", async () => {
  const { outbox, order, sink, events, clock } = await openShop({ concurrency: 1 });
  await sink.stop();
  await outbox.start();
  const outage = events.next("outbox_outage");
  for (const task of ["a", "b", "c"]) await order(task);
  await outage;
  await vi.waitFor(() =>
    expect(outbox.check()).toMatchObject({
      state: "warn",
      output: expect.stringMatching(/\d answer\(s\) wait to be sent, .* cannot be reached/),
    }),
  );

  for (const waitMs of [1_000, 2_000, 4_000]) {
    const next = events.next("outbox_outage");
    await clock.advance(waitMs);
    await next;
  }
  await sink.start();
  const resumed = events.next("outbox_resumed");
  await clock.advance(8_000);
  await resumed;
  await sink.waitFor(3);

  expect(messageIds(sink).sort()).toEqual(["a", "b", "c"].map((task) => replyTo(task).messageId).sort());
  expect(events.facts.filter((fact) => fact.code === "outbox_outage")).toHaveLength(4);
});

test("however many could be sent at once, an outage is probed by one", async () => {
  const { outbox, order, sink, rows, clock } = await openShop({ concurrency: 2 });
  await sink.stop();
  for (const task of ["a", "b"]) await order(task);
  await outbox.start();
  await vi.waitFor(async () =>
    expect(await rows("last_error IS NULL AS untried")).toEqual([{ untried: 0 }, { untried: 0 }]),
  );

  const asked = Promise.withResolvers<void>();
  const verdict = Promise.withResolvers<undefined>();
  sink.contentVerdict = () => {
    asked.resolve();
    return verdict.promise;
  };
  await sink.start();
  await clock.advance(1_000);
  await asked.promise;
  expect((await rows("state")).map((row) => row.state).sort()).toEqual(["sending", "waiting"]);
  verdict.resolve(undefined);
  await sink.waitFor(2);
});

test("a long outage fails the check, an answer of yesterday does not", async () => {
  const { outbox, order, sink, events, clock } = await openShop();
  await sink.stop();
  await order("a");
  await clock.advance(70 * minute);
  const outage = events.next("outbox_outage");
  await outbox.start();
  await outage;
  await vi.waitFor(() =>
    expect(outbox.check()).toMatchObject({ state: "fail", output: expect.stringContaining("the oldest for 70m") }),
  );
});

test("a connection that breaks after the server took the mail means the same Message-ID twice", async () => {
  const sink = await openSink();
  const proxy = await proxyTo(sink);
  const { outbox, order, events, clock } = await openShop({ place: proxy });
  await outbox.start();
  proxy.cutAt({ direction: "from_server", at: /250 OK: message queued/ });
  const outage = events.next("outbox_outage");
  await order("a");
  await outage;
  proxy.pass();
  const sent = events.next("reply_sent");
  await clock.advance(1_000);
  await sent;
  expect(messageIds(sink)).toEqual([replyTo("a").messageId, replyTo("a").messageId]);
});

test("a mail that breaks every connection does not keep the others from leaving", async () => {
  const sink = await openSink();
  const proxy = await proxyTo(sink);
  const { outbox, order, events, clock } = await openShop({ place: proxy, concurrency: 1 });
  proxy.cutAt({ direction: "from_client", at: /RCPT TO:<poison@/ });
  await outbox.start();
  const outage = events.next("outbox_outage");
  await order("a", "poison@nordic.example");
  await outage;
  await order("b");
  const again = events.next("outbox_outage");
  await clock.advance(1_000);
  await again;
  const sent = events.next("reply_sent");
  await clock.advance(2_000);
  await sent;
  expect(messageIds(sink)).toEqual([replyTo("b").messageId]);
});

test("what a killed process was sending is sent again at the next start, and counted", async () => {
  const killed = await openShop();
  await killed.order("a");
  expect(await killed.book.outbox.claim(killed.clock.wallNow(), 60_000, 1)).toHaveLength(1);
  await killed.store.stop();

  const { outbox, sink, events } = await openShop({ dataDir: killed.dataDir });
  const sent = events.next("reply_sent");
  await outbox.start();
  await sent;
  expect(messageIds(sink)).toEqual([replyTo("a").messageId]);
  expect(events.facts).toMatchObject([{ code: "outbox_recovered", fields: { replies: 1 } }, { code: "reply_sent" }]);
  expect(outbox.check().observed).toMatchObject({ recovered: 1 });
});

test("a mark that cannot be written is insisted on, so that the answer is not sent twice", async () => {
  let refusals = 2;
  const { outbox, order, sink, events, clock, rows } = await openShop({
    wrap: (transactions) => ({
      read: (sql, params) => transactions.read(sql, params),
      write: (statements, options) => {
        const isMark = statements[0]?.sql.includes("SET state = 'sent'");
        if (isMark && refusals-- > 0) return Promise.reject(new Error("the disk is full"));
        return transactions.write(statements, options);
      },
    }),
  });
  await outbox.start();
  const trouble = events.next("outbox_trouble");
  await order("a");
  await trouble;
  expect(outbox.check()).toMatchObject({ state: "warn", output: expect.stringContaining("the disk is full") });
  const sent = events.next("reply_sent");
  for (const _try of [1, 2]) await clock.advance(1_000);
  await sent;
  expect(sink.received).toHaveLength(1);
  expect(await rows("state")).toEqual([{ state: "sent" }]);
});

test("answers that were taken out by a call whose result was lost are taken out again, and sent once", async () => {
  let lose = true;
  const { outbox, order, sink, clock, rows, events } = await openShop({
    wrap: (inner) => ({
      read: (sql, params) => inner.read(sql, params),
      write: async (statements, options) => {
        const results = await inner.write(statements, options);
        const isClaim = statements.some(({ sql }) => sql.startsWith("UPDATE outbox SET state = 'sending'"));
        if (!isClaim || !lose) return results;
        lose = false;
        throw new DatabaseUnavailableError("journal.sqlite", "it did not answer within 30000 ms");
      },
    }),
  });
  for (const task of ["a", "b", "c"]) await order(task);
  const lost = events.next("outbox_trouble");
  await outbox.start();
  await lost;
  expect(await rows("state")).toEqual([{ state: "sending" }, { state: "sending" }, { state: "waiting" }]);

  await clock.advance(1_000);

  const allSent = [{ state: "sent" }, { state: "sent" }, { state: "sent" }];
  await vi.waitFor(async () => expect(await rows("state")).toEqual(allSent), 5_000);
  expect(sink.received).toHaveLength(3);
});

test("stopping lets the mail that is underway arrive", async () => {
  const { outbox, order, sink, rows, clock } = await openShop();
  const asked = Promise.withResolvers<void>();
  const verdict = Promise.withResolvers<undefined>();
  sink.contentVerdict = () => {
    asked.resolve();
    return verdict.promise;
  };
  await outbox.start();
  await order("a");
  await asked.promise;
  const stopping = outbox.stop(new AbortController().signal);
  verdict.resolve(undefined);
  await stopping;
  expect(await rows("state")).toEqual([{ state: "sent" }]);
  expect(clock.pending).toBe(0);
});

test("at the deadline a dialogue is broken off, and the next start sends the mail", async () => {
  const { outbox, order, sink, rows, dataDir, store, clock } = await openShop();
  const asked = Promise.withResolvers<void>();
  sink.contentVerdict = () => {
    asked.resolve();
    return new Promise(() => undefined);
  };
  await outbox.start();
  await order("a");
  await asked.promise;
  const deadline = new AbortController();
  const stopping = outbox.stop(deadline.signal);
  deadline.abort(new Error("the deadline has passed"));
  await stopping;
  expect(await rows("state")).toEqual([{ state: "sending" }]);
  expect(clock.pending).toBe(0);
  await store.stop();

  const next = await openShop({ dataDir });
  await next.outbox.start();
  await next.sink.waitFor(1);
});

test("sending continues the trace of the decision", async () => {
  const { outbox, order, events, traces } = await openShop();
  const resume = vi.spyOn(traces, "resume");
  await outbox.start();
  const sent = events.next("reply_sent");
  await order("a");
  await sent;
  expect(resume).toHaveBeenCalledWith("send reply", carrier, expect.objectContaining({ "app.task_id": "a" }));
  expect(resume.mock.results[0]?.value).toMatchObject({ traceId: "0af7651916cd43dd8448eb211c80319c" });
});

test("a sender that never started can be stopped", async () => {
  const { outbox } = await openShop();
  await outbox.stop(new AbortController().signal);
  await outbox.stop(new AbortController().signal);
});
