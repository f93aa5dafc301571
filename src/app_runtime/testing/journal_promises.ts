import assert from "node:assert/strict";
import { FollowUpIdTakenError, followUpSource } from "../contracts/follow_up.ts";
import { type Journal, JournalRowMissingError } from "../contracts/journal.ts";
import type { Task, TaskId } from "../contracts/task.ts";
import { ManualClock, settlePromises } from "./manual_clock.ts";

/** An empty journal that tells the time by `clock`. */
export type OpenJournal = (
  clock: ManualClock,
) => Promise<{ readonly journal: Journal; readonly close: () => Promise<void> }>;

/** One thing every Journal promises, as a plain case for any test runner: `test(promise.name, () => promise.run(open))`. */
export interface JournalPromise {
  readonly name: string;
  run(open: OpenJournal): Promise<void>;
}

interface Desk {
  readonly journal: Journal;
  readonly clock: ManualClock;
  /** Offers tasks with these ids from "inbox" to "orders". */
  offer(...ids: readonly string[]): Promise<void>;
}

export const journalPromises: readonly JournalPromise[] = [
  promise("an event offered for the first time is new, and known ever after", async ({ journal, offer }) => {
    await offer("a");
    const verdicts = await journal.offer([offerOf("a"), offerOf("b")]);
    assert.deepEqual(verdicts, [
      { taskId: "a", kind: "offered" },
      { taskId: "b", kind: "new" },
    ]);
  }),
  promise("the same event twice in one offer is written once", async ({ journal }) => {
    const verdicts = await journal.offer([offerOf("a"), offerOf("a")]);
    assert.deepEqual(
      verdicts.map((verdict) => verdict.kind),
      ["new", "offered"],
    );
  }),
  promise("a known fingerprint under another id is recognised, and only within its source", async ({ journal }) => {
    await journal.offer([{ ...offerOf("uid-1"), fingerprint: "sha" }]);
    await journal.done(id("uid-1"));
    const [renumbered, elsewhere] = await journal.offer([
      { ...offerOf("uid-9"), fingerprint: "sha" },
      { ...offerOf("other-9", "archive"), fingerprint: "sha" },
    ]);
    assert.deepEqual(renumbered, { taskId: "uid-9", kind: "done", sameAs: "uid-1" });
    assert.equal(elsewhere?.kind, "new");
    assert.equal(await journal.find(id("uid-9")), undefined);
  }),
  promise("a row gives back its task as it was offered", async ({ journal, clock, offer }) => {
    await offer("a");
    const row = await journal.find(id("a"));
    assert.deepEqual(row, {
      task: offerOf("a").task,
      queue: "orders",
      state: "offered",
      handOuts: 0,
      offeredAt: clock.wallNow(),
    });
  }),
  promise("a row keeps its fingerprint, also when it is revived", async ({ journal }) => {
    await journal.offer([{ ...offerOf("a"), fingerprint: "sha" }]);
    assert.equal((await journal.find(id("a")))?.fingerprint, "sha");
    await journal.dead(id("a"), "rejected", "not for us", 1);
    assert.equal((await journal.revive(id("a")))?.fingerprint, "sha");
  }),
  promise("hand-outs that never end are counted, and handing back clears the count", async ({ journal, offer }) => {
    await offer("a");
    await journal.handOut(id("a"));
    assert.deepEqual(await journal.handOut(id("a")), { state: "offered", handOuts: 2 });
    await journal.handBack(id("a"));
    assert.deepEqual(await journal.handOut(id("a")), { state: "offered", handOuts: 1 });
  }),
  promise(
    "a hand-out says when the row is finished or unknown, and counts nothing then",
    async ({ journal, offer }) => {
      await offer("a");
      await journal.done(id("a"));
      assert.deepEqual(await journal.handOut(id("a")), { state: "done", handOuts: 0 });
      assert.equal((await journal.handOut(id("nobody"))).state, undefined);
    },
  ),
  promise("done is written once: later words about the task change nothing", async ({ journal, clock, offer }) => {
    await offer("a");
    await journal.done(id("a"));
    const endedAt = clock.wallNow();
    await clock.advance(1_000);
    await journal.done(id("a"));
    await journal.dead(id("a"), "exhausted", "too late", 5);
    const row = await journal.find(id("a"));
    assert.deepEqual([row?.state, row?.endedAt, row?.reason], ["done", endedAt, undefined]);
  }),
  promise("dead says how the row stood: only an offered one has become dead", async ({ journal, offer }) => {
    await offer("a", "b");
    await journal.done(id("a"));
    assert.equal(await journal.dead(id("a"), "exhausted", "too late", 5), "done");
    assert.equal(await journal.dead(id("b"), "rejected", "no such customer", 1), "offered");
    assert.equal(await journal.dead(id("b"), "exhausted", "again", 5), "dead");
    assert.equal((await journal.find(id("b")))?.detail, "no such customer");
    assert.equal(await journal.dead(id("nobody"), "rejected", "", 1), undefined);
  }),
  promise("done for a task that was never offered is refused", async ({ journal }) => {
    await assert.rejects(journal.done(id("nobody")), JournalRowMissingError);
  }),
  promise("a dead row keeps its reason, and reviving makes it as new", async ({ journal, clock, offer }) => {
    await offer("a");
    await journal.handOut(id("a"));
    await journal.dead(id("a"), "rejected", "no such customer", 3);
    const dead = await journal.find(id("a"));
    assert.deepEqual(
      [dead?.state, dead?.reason, dead?.detail, dead?.attempts, dead?.endedAt],
      ["dead", "rejected", "no such customer", 3, clock.wallNow()],
    );
    const revived = await journal.revive(id("a"));
    assert.deepEqual([revived?.state, revived?.handOuts, revived?.reason], ["offered", 0, undefined]);
  }),
  promise("only a dead row can be revived", async ({ journal, offer }) => {
    await offer("a");
    assert.equal(await journal.revive(id("a")), undefined);
    assert.equal(await journal.revive(id("nobody")), undefined);
  }),
  promise("a discarded row stays dead but is no longer listed", async ({ journal, offer }) => {
    await offer("a", "b");
    await journal.dead(id("a"), "exhausted", "", 5);
    await journal.dead(id("b"), "exhausted", "", 5);
    await journal.discard(id("a"));
    assert.deepEqual(idsOf(await journal.list({ state: "dead", limit: 10 })), ["b"]);
    assert.equal((await journal.find(id("a")))?.state, "dead");
  }),
  promise("a discarded row is never revived", async ({ journal, offer }) => {
    await offer("a");
    await journal.dead(id("a"), "exhausted", "", 5);
    await journal.discard(id("a"));
    assert.equal(await journal.revive(id("a")), undefined);
    assert.equal((await journal.find(id("a")))?.state, "dead");
  }),
  promise("the dead of a queue are counted until they are revived or discarded", async ({ journal, offer }) => {
    await offer("a", "b", "c", "d");
    await journal.offer([{ ...offerOf("e"), queue: "late" }]);
    for (const dead of ["a", "b", "c", "e"]) await journal.dead(id(dead), "exhausted", "", 5);
    assert.equal(await journal.countDead("orders"), 3);
    await journal.revive(id("a"));
    await journal.discard(id("b"));
    assert.equal(await journal.countDead("orders"), 1);
    assert.equal(await journal.countDead("nobody's"), 0);
  }),
  promise("lists come oldest first, in pages that neither skip nor repeat", async ({ journal, offer }) => {
    await offer("c", "a", "b");
    await journal.done(id("a"));
    const first = await journal.list({ state: "offered", limit: 1 });
    assert.deepEqual(idsOf(first), ["c"]);
    await journal.done(id("c"));
    const rest = await journal.list({ state: "offered", after: id("c"), limit: 10 });
    assert.deepEqual(idsOf(rest), ["b"]);
  }),
  promise("lists can be narrowed to a source and a queue", async ({ journal }) => {
    await journal.offer([offerOf("a"), offerOf("b", "archive"), { ...offerOf("c"), queue: "late" }]);
    assert.deepEqual(idsOf(await journal.list({ state: "offered", source: "inbox", limit: 9 })), ["a", "c"]);
    assert.deepEqual(idsOf(await journal.list({ state: "offered", queue: "late", limit: 9 })), ["c"]);
  }),
  promise("thousands of ids are looked up at once; unknown ones are absent", async ({ journal, offer }) => {
    await offer("a", "b", "c");
    await journal.done(id("b"));
    await journal.dead(id("c"), "rejected", "", 1);
    const strangers = Array.from({ length: 6_000 }, (_, n) => id(`stranger-${n}`));
    const states = await journal.statesOf([...strangers, id("a"), id("b"), id("c")]);
    assert.deepEqual([...states].sort(), [
      ["a", "offered"],
      ["b", "done"],
      ["c", "dead"],
    ]);
  }),
  promise("what ended is unsettled until the source was told", async ({ journal, clock, offer }) => {
    await offer("a", "b", "c");
    await journal.dead(id("c"), "rejected", "", 1);
    await journal.done(id("a"));
    assert.deepEqual(idsOf(await journal.unsettled("inbox", 10)), ["a", "c"]);
    await journal.settled([id("a"), id("b")]);
    assert.deepEqual(idsOf(await journal.unsettled("inbox", 10)), ["c"]);
    assert.equal((await journal.find(id("a")))?.settledAt, clock.wallNow());
    assert.equal((await journal.find(id("b")))?.settledAt, undefined);
  }),
  promise("a revived row that ends again is unsettled again", async ({ journal, offer }) => {
    await offer("a");
    await journal.dead(id("a"), "rejected", "", 1);
    await journal.settled([id("a")]);
    await journal.revive(id("a"));
    await journal.done(id("a"));
    assert.deepEqual(idsOf(await journal.unsettled("inbox", 10)), ["a"]);
  }),
  promise("watchers of a source hear of its changes until they stop watching", async ({ journal, offer }) => {
    await offer("a", "b", "c");
    const heard: string[] = [];
    const watching = journal.watch("inbox", () => heard.push("inbox"));
    using _other = journal.watch("archive", () => heard.push("archive"));
    for (const change of [
      () => journal.done(id("a")),
      () => journal.dead(id("b"), "rejected", "", 1),
      () => journal.revive(id("b")),
    ]) {
      await change();
      await settlePromises();
    }
    assert.deepEqual(heard, ["inbox", "inbox", "inbox"]);
    watching[Symbol.dispose]();
    await journal.done(id("c"));
    await settlePromises();
    assert.equal(heard.length, 3);
  }),
  promise("follow-ups are offered and the task they follow is done, together", async ({ journal, clock, offer }) => {
    await offer("a");
    assert.equal(await journal.offerFollowUps([followUpOf("a1"), followUpOf("a2")], id("a")), true);
    assert.equal((await journal.find(id("a")))?.state, "done");
    assert.deepEqual(await journal.find(id("a1")), {
      ...followUpOf("a1"),
      state: "offered",
      handOuts: 0,
      offeredAt: clock.wallNow(),
    });
    assert.deepEqual(idsOf(await journal.list({ state: "offered", source: followUpSource("bills"), limit: 9 })), [
      "a1",
      "a2",
    ]);
  }),
  promise("a task that has ended already has no more follow-ups", async ({ journal, offer }) => {
    await offer("a", "b");
    await journal.done(id("a"));
    await journal.dead(id("b"), "rejected", "", 1);
    assert.equal(await journal.offerFollowUps([followUpOf("a1")], id("a")), false);
    assert.equal(await journal.offerFollowUps([followUpOf("b1")], id("b")), false);
    await assert.rejects(journal.offerFollowUps([followUpOf("c1")], id("nobody")), JournalRowMissingError);
    const states = await journal.statesOf(["a", "b", "a1", "b1", "c1"].map(id));
    assert.deepEqual([...states].sort(), [
      ["a", "done"],
      ["b", "dead"],
    ]);
  }),
  promise("a follow-up that is known is not written again, whatever it has become", async ({ journal, offer }) => {
    await offer("a");
    assert.equal(await journal.offerFollowUps([followUpOf("x"), followUpOf("x"), followUpOf("y")], undefined), true);
    await journal.done(id("x"));
    assert.equal(await journal.offerFollowUps([followUpOf("x"), followUpOf("y")], id("a")), true);
    assert.deepEqual((await journal.statesOf(["a", "x", "y"].map(id))).values().toArray().sort(), [
      "done",
      "done",
      "offered",
    ]);
  }),
  promise("a follow-up with the id of another task is refused, and all that was to go with it", async (desk) => {
    const { journal, offer } = desk;
    await offer("a", "b");
    await assert.rejects(journal.offerFollowUps([followUpOf("a1"), followUpOf("b")], id("a")), FollowUpIdTakenError);
    await assert.rejects(journal.offerFollowUps([followUpOf("b")], undefined), FollowUpIdTakenError);
    assert.equal((await journal.find(id("a")))?.state, "offered");
    assert.equal(await journal.find(id("a1")), undefined);
  }),
  promise("a follow-up has nobody to tell: when it ends, it is settled", async ({ journal, clock }) => {
    await journal.offerFollowUps([followUpOf("x"), followUpOf("y")], undefined);
    await journal.done(id("x"));
    await journal.dead(id("y"), "rejected", "", 1);
    assert.deepEqual(await journal.unsettled(followUpSource("bills"), 10), []);
    assert.equal((await journal.find(id("x")))?.settledAt, clock.wallNow());
    assert.equal((await journal.revive(id("y")))?.settledAt, undefined);
  }),
  promise("a checkpoint is remembered per source, the last one wins", async ({ journal }) => {
    assert.equal(await journal.checkpoint("inbox"), undefined);
    await journal.saveCheckpoint("inbox", { uidValidity: 1 });
    await journal.saveCheckpoint("inbox", { uidValidity: 2, seen: [1, 2] });
    assert.deepEqual(await journal.checkpoint("inbox"), { uidValidity: 2, seen: [1, 2] });
    assert.equal(await journal.checkpoint("archive"), undefined);
  }),
];

function promise(name: string, check: (desk: Desk) => Promise<void>): JournalPromise {
  return {
    name,
    run: async (open) => {
      const clock = new ManualClock();
      const { journal, close } = await open(clock);
      const offer = async (...ids: readonly string[]) => {
        await journal.offer(ids.map((each) => offerOf(each)));
      };
      try {
        await check({ journal, clock, offer });
      } finally {
        await close();
      }
    },
  };
}

function offerOf(taskId: string, source = "inbox"): { readonly task: Task; readonly queue: string } {
  const task: Task = {
    id: id(taskId),
    kind: "mail.received",
    schemaVersion: 1,
    payload: { subject: "12 chairs", size: 1_400 },
    orderKey: "buyer@example.com",
    priority: 0,
    source,
    carrier: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    configVersion: "1",
  };
  return { task, queue: "orders" };
}

function followUpOf(taskId: string): { readonly task: Task; readonly queue: string } {
  return { ...offerOf(taskId, followUpSource("bills")), queue: "bills" };
}

function id(text: string): TaskId {
  return text as TaskId;
}

function idsOf(rows: readonly { readonly task: Task }[]): readonly string[] {
  return rows.map((row) => row.task.id);
}
