import assert from "node:assert/strict";
import type { LeasedDelivery } from "../../contracts/delivery.ts";
import type { Task } from "../../contracts/task.ts";
import type { QueueStats } from "../../contracts/task_queue.ts";

type Place =
  | { readonly kind: "waiting"; readonly dueAt: number }
  | { readonly kind: "leased"; readonly delivery: LeasedDelivery }
  | { readonly kind: "dead" }
  | { readonly kind: "gone" };

interface ModelTask {
  readonly task: Task;
  place: Place;
  attempt: number;
  crashes: number;
}

/** What a queue owes after a series of calls, said as simply as it can be: slow, without timers, and easy to believe. */
export class QueueModel {
  readonly #groupLimit: number;
  readonly #tasks = new Map<string, ModelTask>();
  /** Ids per order key, in the order in which they must run. */
  readonly #lines = new Map<string, string[]>();
  paused = false;
  #published = 0;
  #duplicates = 0;
  #acked = 0;
  #retried = 0;

  constructor(groupLimit: number) {
    this.#groupLimit = groupLimit;
  }

  get leased(): readonly LeasedDelivery[] {
    return [...this.#tasks.values()].flatMap(({ place }) => (place.kind === "leased" ? [place.delivery] : []));
  }

  get dead(): readonly Task[] {
    return [...this.#tasks.values()].flatMap(({ place, task }) => (place.kind === "dead" ? [task] : []));
  }

  /** Tasks that still want to be worked on. */
  get open(): number {
    return this.#count("waiting") + this.#count("leased");
  }

  knows(id: string): boolean {
    return this.#tasks.has(id);
  }

  published(task: Task, dueAt: number): void {
    this.#published += 1;
    this.#enter(task, dueAt);
  }

  duplicate(): void {
    this.#duplicates += 1;
  }

  /** @throws {AssertionError} when this delivery should not have been handed out. */
  handedOut(delivery: LeasedDelivery, now: number): void {
    const { id } = delivery.task;
    const entry = this.#find(id);
    assert.ok(!this.paused, `${id} was handed out during a pause`);
    assert.ok(entry.place.kind === "waiting", `${id} was handed out although it is ${entry.place.kind}`);
    assert.ok(entry.place.dueAt <= now, `${id} was handed out before its time`);
    assert.ok(this.#isHead(entry), `${id} was handed out before an earlier task of its key`);
    assert.ok(this.#groupHasRoom(entry), `${id} was handed out although its group is full`);
    assert.deepEqual([delivery.attempt, delivery.crashes], [entry.attempt, entry.crashes], `numbers of ${id}`);
    entry.place = { kind: "leased", delivery };
  }

  /** @throws {AssertionError} when something could be handed out. */
  nothingToHandOut(now: number): void {
    if (this.paused) return;
    for (const entry of this.#tasks.values()) {
      const isReady = entry.place.kind === "waiting" && entry.place.dueAt <= now;
      const stuck = isReady && this.#isHead(entry) && this.#groupHasRoom(entry);
      assert.ok(!stuck, `${entry.task.id} could run, but was not handed out`);
    }
  }

  acked(delivery: LeasedDelivery): void {
    this.#acked += 1;
    this.#leave(delivery.task, { kind: "gone" });
  }

  nacked(delivery: LeasedDelivery, burnAttempt: boolean, dueAt: number): void {
    const entry = this.#find(delivery.task.id);
    if (burnAttempt) {
      entry.attempt += 1;
      this.#retried += 1;
    }
    entry.crashes = 0;
    entry.place = { kind: "waiting", dueAt };
  }

  deadLettered(delivery: LeasedDelivery): void {
    this.#leave(delivery.task, { kind: "dead" });
  }

  /** Every lease has run out. */
  leasesExpired(now: number): void {
    for (const entry of this.#tasks.values()) {
      if (entry.place.kind !== "leased") continue;
      entry.crashes += 1;
      entry.place = { kind: "waiting", dueAt: now };
    }
  }

  letterRetried(task: Task, now: number): void {
    this.#tasks.delete(task.id);
    this.#enter(task, now);
  }

  letterDiscarded(task: Task): void {
    this.#find(task.id).place = { kind: "gone" };
  }

  /** @throws {AssertionError} when the figures of the queue are not those of the model. */
  compare(stats: QueueStats): void {
    const { waiting, delayed, leased, dead, paused, published, duplicates, acked, retried } = stats;
    assert.deepEqual(
      { held: waiting + delayed, leased, dead, paused, published, duplicates, acked, retried },
      {
        held: this.#count("waiting"),
        leased: this.#count("leased"),
        dead: this.#count("dead"),
        paused: this.paused,
        published: this.#published,
        duplicates: this.#duplicates,
        acked: this.#acked,
        retried: this.#retried,
      },
    );
    assert.ok(Math.min(waiting, delayed) >= 0, "a negative count");
  }

  #enter(task: Task, dueAt: number): void {
    this.#tasks.set(task.id, { task, place: { kind: "waiting", dueAt }, attempt: 1, crashes: 0 });
    if (task.orderKey === undefined) return;
    this.#lines.set(task.orderKey, [...(this.#lines.get(task.orderKey) ?? []), task.id]);
  }

  #leave(task: Task, place: Place): void {
    this.#find(task.id).place = place;
    if (task.orderKey === undefined) return;
    const line = this.#lines.get(task.orderKey) ?? [];
    this.#lines.set(
      task.orderKey,
      line.filter((id) => id !== task.id),
    );
  }

  #isHead({ task }: ModelTask): boolean {
    return task.orderKey === undefined || this.#lines.get(task.orderKey)?.[0] === task.id;
  }

  #groupHasRoom({ task }: ModelTask): boolean {
    if (task.group === undefined) return true;
    return this.leased.filter((delivery) => delivery.task.group === task.group).length < this.#groupLimit;
  }

  #count(kind: Place["kind"]): number {
    return [...this.#tasks.values()].filter(({ place }) => place.kind === kind).length;
  }

  #find(id: string): ModelTask {
    const entry = this.#tasks.get(id);
    assert.ok(entry !== undefined, `${id} was handed out, but never published`);
    return entry;
  }
}
