import { expect, onTestFinished, test } from "vitest";
import { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import type { JournalOffer, JournalVerdict } from "../../../src/app_runtime/contracts/journal.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import type { PublishResult } from "../../../src/app_runtime/contracts/task_queue.ts";
import { queueKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { taskId } from "../../../src/app_runtime/testing/sample_task.ts";
import { eventually, SourceDesk } from "../../support/source_desk.ts";
import { openHook } from "./open_webhook.ts";

const id = (name: string) => ({ "webhook-id": name });

/** A journal whose disk fails on demand. */
class FailingJournal extends MemoryJournal {
  before: (() => Promise<void>) | undefined;
  after: (() => Promise<void>) | undefined;

  override async offer(offers: readonly JournalOffer[]): Promise<readonly JournalVerdict[]> {
    await this.before?.();
    const verdicts = await super.offer(offers);
    await this.after?.();
    return verdicts;
  }
}

const fail = () => Promise.reject(new Error("the disk is full"));

function failingJournal() {
  const clock = new ManualClock();
  return { clock, journal: new FailingJournal({ clock }) };
}

test("while the journal fails, senders are told to come again, and health says why", async () => {
  const { clock, journal } = failingJournal();
  const hook = await openHook({ clock, journal });
  journal.before = fail;

  const refused = await hook.post("{}", id("a"));
  expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "5"]);
  expect(JSON.stringify(refused.json)).not.toContain("disk");
  expect(hook.health()).toMatchObject({ state: "fail", output: expect.stringContaining("the disk is full") });
  expect(hook.facts("webhook_refused")[0]?.message).toContain("the disk is full");
  await clock.advance(1_000);
  expect([hook.health()?.state, (await hook.post("{}", id("a"))).status]).toEqual(["fail", 503]);

  journal.before = undefined;
  await clock.advance(1_000);
  expect((await hook.post("{}", id("a"))).status).toBe(202);
  expect(hook.health()?.state).toBe("pass");
});

test("what the journal wrote although it said no is published, also when its sender never comes again", async () => {
  const { clock, journal } = failingJournal();
  const hook = await openHook({ clock, journal });
  journal.after = fail;
  expect((await hook.post("{}", id("a"))).status).toBe(503);
  expect(hook.handled).toEqual([]);

  journal.after = undefined;
  await clock.advance(1_000);
  await hook.handledSoon(1);
  expect((await hook.post("{}", id("a"))).json).toEqual({ taskId: "webhook:hook:a", duplicate: true });
  expect(hook.handled).toHaveLength(1);
});

test("a journal that hangs keeps no sender waiting, and what it takes at last is worked", async () => {
  const { clock, journal } = failingJournal();
  const hook = await openHook({ clock, journal });
  const disk = Promise.withResolvers<void>();
  journal.before = () => disk.promise;
  const answer = hook.post("{}", id("a"));
  await eventually(() => expect(hook.source().backlog).toBe(1));
  await clock.advance(8_000);
  expect((await answer).json.detail).toContain("could not be stored in time");

  disk.resolve();
  await hook.handledSoon(1);
  expect((await hook.post("{}", id("a"))).status).toBe(200);
});

test("what the queue does not take is offered to it again, in the order of the journal and before anything new", async () => {
  const queue = failingQueue();
  const hook = await openHook({ kinds: [queue.kind], queue: { adapter: "failing" } });
  queue.fails = true;
  expect((await hook.post("{}", id("a"))).status).toBe(503);
  const second = hook.post("{}", id("b"));
  await eventually(() => expect(hook.source().facts.requests).toBe(1));
  await hook.clock.advance(5_000);
  expect((await second).status).toBe(503);
  expect((await hook.journal.find(taskId("webhook:hook:b")))?.state).toBeUndefined();
  expect(hook.health()).toMatchObject({ state: "fail", output: expect.stringContaining("connection reset") });

  queue.fails = false;
  await hook.clock.advance(60_000);
  await hook.handledSoon(1);
  expect((await hook.post("{}", id("b"))).status).toBe(202);
  expect((await hook.post("{}", id("a"))).status).toBe(200);
  await hook.handledSoon(2);
  expect(hook.handled.map((task) => task.id)).toEqual(["webhook:hook:a", "webhook:hook:b"]);
});

test("what an earlier run journaled and did not publish is worked by the next, once and first", async () => {
  const desk = new SourceDesk();
  await desk.database.open();
  const { journal } = desk;
  const old = ["a", "b", "c"].map((name) => offerOf(`webhook:hook:${name}`, `${name} digest`));
  await journal.offer(old);
  await journal.done(taskId("webhook:hook:c"));

  const hook = await openHook({ journal });
  await eventually(() => expect(hook.source().state).toBe("running"));
  await hook.handledSoon(2);
  expect(hook.handled.map((task) => task.id)).toEqual(["webhook:hook:a", "webhook:hook:b"]);
  expect(hook.facts("webhook_resumed")[0]?.fields).toEqual({ tasks: 2 });
  expect((await hook.post("{}", id("c"))).status).toBe(409); // with another body
  expect((await hook.post("{}", id("d"))).status).toBe(202);
  await hook.handledSoon(3);
});

test("a sender that comes while the runtime starts waits for what came before", async () => {
  const { clock, journal } = failingJournal();
  const disk = Promise.withResolvers<void>();
  const list = journal.list.bind(journal);
  journal.list = (options) => disk.promise.then(() => list(options));
  await journal.offer([offerOf("webhook:hook:a", "a")]);
  const hook = await openHook({ clock, journal });

  const answer = hook.post("{}", id("b"));
  await eventually(() => expect(hook.source().facts.requests).toBe(1));
  disk.resolve();
  expect((await answer).status).toBe(202);
  await hook.handledSoon(2);
  expect(hook.handled.map((task) => task.id)).toEqual(["webhook:hook:a", "webhook:hook:b"]);
});

test("a delivery that comes twice is answered twice only once the queue has it", async () => {
  const queue = failingQueue();
  const hook = await openHook({ kinds: [queue.kind], queue: { adapter: "failing" } });
  const stored = Promise.withResolvers<void>();
  queue.hangs = stored.promise;
  const first = hook.post("{}", id("a"));
  await eventually(() => expect(hook.source().backlog).toBe(1));
  const second = hook.post("{}", id("a"));
  const answered = second.then(() => "answered");
  await eventually(() => expect(hook.source().facts.requests).toBe(2));
  await hook.clock.advance(1_000);
  expect(await Promise.race([answered, settlePromises()])).toBeUndefined();

  stored.resolve();
  expect([(await first).status, (await second).status]).toEqual([202, 200]);
});

test("a backlog that does not fit into the queue comes first; meanwhile nothing new is taken", async () => {
  const { clock, journal } = failingJournal();
  await journal.offer(["a", "b", "c", "d"].map((name) => offerOf(`webhook:hook:${name}`, name)));
  const gate = Promise.withResolvers<{ kind: "done" }>();
  const hook = await openHook({ clock, journal, queue: { capacity: 2 }, handle: () => gate.promise });

  const early = hook.post("{}", id("e"));
  await eventually(() => expect(hook.source().facts.requests).toBe(1));
  await clock.advance(2_000);
  const refused = await early;
  expect([refused.status, refused.json.detail]).toEqual([503, expect.stringContaining("catching up")]);
  expect(hook.source().state).toBe("starting");
  expect(hook.health()).toMatchObject({
    state: "warn",
    output: expect.stringContaining("Look at the queue's workers"),
  });

  gate.resolve({ kind: "done" });
  await eventually(() => expect(hook.source().state).toBe("running"));
  expect((await hook.post("{}", id("e"))).status).toBe(202);
  await hook.handledSoon(5);
  expect(hook.handled.map((task) => task.id.slice(-1)).join("")).toBe("abcde");
});

function offerOf(name: string, fingerprint: string): JournalOffer {
  const task = { id: name, kind: "webhook.received", schemaVersion: 1, payload: {}, priority: 0, source: "hook" };
  return { task: { ...task, carrier: {}, configVersion: "1" } as unknown as Task, queue: "hooks", fingerprint };
}

function failingQueue() {
  const state: { fails: boolean; hangs?: Promise<void> } = { fails: false };
  class FailingQueue extends MemoryQueue {
    override async publish(...parts: Parameters<MemoryQueue["publish"]>): Promise<PublishResult> {
      await state.hangs;
      if (state.fails) throw new Error("connection reset");
      return await super.publish(...parts);
    }
  }
  const capabilities = ["order-key", "group-limit", "priority", "delay", "deduplication", "rate-limit"] as const;
  const create = async (_: unknown, parts: ConstructorParameters<typeof MemoryQueue>[0]) => new FailingQueue(parts);
  onTestFinished(() => {
    state.fails = false;
  });
  return Object.assign(state, { kind: queueKind({ kind: "failing", schema: {}, capabilities, create }) });
}
