import { expect, onTestFinished, test } from "vitest";
import { JournalStore } from "../../../src/adapters/journal_sqlite/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { LeaseClaim } from "../../../src/app_runtime/contracts/lease.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { TraceService } from "../../../src/app_runtime/tracing/api.ts";
import { OrderDatabase } from "../../../src/mail_order_bot_app/infrastructure/order_database.ts";
import { orderMigrations } from "../../../src/mail_order_bot_app/infrastructure/order_schema.ts";
import type { OutboxMailer, SendResult } from "../../../src/mail_order_bot_app/infrastructure/outbox_mailer.ts";
import { OutboxSender } from "../../../src/mail_order_bot_app/infrastructure/outbox_sender.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { acceptedMail, replyTo } from "../decided_mails.ts";

const sent: SendResult = { kind: "sent", response: "250 ok" };
const events = { heard: false, emit: () => undefined, subscribe: () => ({ [Symbol.dispose]: () => undefined }) };

/** A runtime on a data directory that it shares. */
async function openRuntime(dataDir: string) {
  const shared = { leaseMs: 15_000 };
  const parts = { dataDir, migrations: [orderMigrations], events, keepSettledMs: 1, shared };
  const store = new JournalStore({ ...parts, clock: new SystemClock() });
  onTestFinished(() => store.stop());
  await store.load();
  const book = new OrderDatabase({ transactions: store.transactions });
  const take = async (): Promise<LeaseClaim> => {
    const claim = await store.leases?.take("outbox", await store.leases.look("outbox"));
    if (claim === undefined) throw new Error("The lease was not taken.");
    return claim;
  };
  const order = (taskId: string) => book.commit(acceptedMail(taskId, { reply: replyTo(taskId) }), undefined);
  const states = async () =>
    (await store.database.read("SELECT state FROM outbox ORDER BY position")).map(({ state }) => state);
  return { store, book, take, order, states };
}

async function openTwo() {
  const dataDir = tempDir();
  return [await openRuntime(dataDir), await openRuntime(dataDir)] as const;
}

const now = Date.UTC(2030, 0, 1);

test("whoever has lost the lease of the outbox takes no reply out, and decides about none", async () => {
  const [a, b] = await openTwo();
  const old = a.book.outboxUnder(await a.take());
  await a.order("first");
  const [reply] = await old.claim(now, 60_000, 1);
  if (reply === undefined) throw new Error("No reply was taken out.");
  await b.take();

  const fenced = { code: "LEASE_FENCED" };
  await expect(old.claim(now, 60_000, 1)).rejects.toMatchObject(fenced);
  await expect(old.recover()).rejects.toMatchObject(fenced);
  await expect(old.putBack(reply, "", now)).rejects.toMatchObject(fenced);
  await expect(old.refused(reply, "", now)).rejects.toMatchObject(fenced);
  await expect(old.giveUp(reply, "", now)).rejects.toMatchObject(fenced);
  expect(await b.states()).toEqual(["sending"]);
});

test("a reply that has left is marked as sent whoever has the lease by now: it need not leave twice", async () => {
  const [a, b] = await openTwo();
  const old = a.book.outboxUnder(await a.take());
  await a.order("first");
  const [reply] = await old.claim(now, 60_000, 1);
  if (reply === undefined) throw new Error("No reply was taken out.");
  await b.take();

  await old.sent(reply, "250 ok", now);

  expect(await b.states()).toEqual(["sent"]);
});

interface Outbox {
  readonly sender: OutboxSender;
  readonly clock: ManualClock;
  /** Message-IDs. */
  readonly mailed: readonly string[];
  readonly mailedSome: Promise<void>;
}

function openOutbox(
  runtime: Awaited<ReturnType<typeof openRuntime>>,
  claim: LeaseClaim,
  isValid: () => boolean,
): Outbox {
  const clock = new ManualClock(now);
  const mailed: string[] = [];
  const { promise: mailedSome, resolve } = Promise.withResolvers<void>();
  const mailer: OutboxMailer = {
    send: async (mail, _signal, mayLeave) => {
      if (mayLeave?.() === false) return { kind: "unreachable", text: "it must not leave any more" };
      mailed.push(mail.messageId);
      resolve();
      return sent;
    },
    close: async () => undefined,
  };
  const traces = new TraceService({ propagation: "parent", configVersion: () => "1" });
  const policy = { lookAfterMs: 1_000 };
  const sender = new OutboxSender({
    database: runtime.book,
    mailer,
    clock,
    events,
    traces,
    policy,
    tenure: { claim, isValid },
  });
  onTestFinished(() => sender.stop(AbortSignal.abort()));
  return { sender, clock, mailed, mailedSome };
}

test("replies that another runtime has queued leave within a second", async () => {
  const [a, b] = await openTwo();
  const { sender, clock, mailed, mailedSome } = openOutbox(a, await a.take(), () => true);
  await sender.start();
  await b.order("of b");

  const looks = setInterval(() => void clock.advance(100), 5);
  await mailedSome.finally(() => clearInterval(looks));

  expect(mailed).toEqual([replyTo("of b").messageId]);
});

test("nothing is given to the mail server while the lease may have run out, and it leaves afterwards", async () => {
  const [a] = await openTwo();
  let isValid = false;
  const { sender, clock, mailed, mailedSome } = openOutbox(a, await a.take(), () => isValid);
  await a.order("first");
  await sender.start();
  await expect.poll(() => a.states()).toEqual(["waiting"]);
  expect(mailed).toEqual([]);

  isValid = true;
  const looks = setInterval(() => void clock.advance(100), 5);
  await mailedSome.finally(() => clearInterval(looks));
  await expect.poll(() => a.states()).toEqual(["sent"]);
});
