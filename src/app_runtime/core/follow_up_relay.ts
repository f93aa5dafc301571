import { type Backoff, backoffDelay } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { failureClassOf, messageOf } from "../base/runtime_error.ts";
import { sleep } from "../base/sleep.ts";
import { untilAborted } from "../base/until_aborted.ts";
import { WakeUp } from "../base/wake_up.ts";
import type { HealthFinding } from "../contracts/health_contributor.ts";
import type { Journal } from "../contracts/journal.ts";
import type { Publisher } from "../contracts/publisher.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { Task, TaskId } from "../contracts/task.ts";
import type { SourceStatus, TaskSource } from "../contracts/task_source.ts";

/** Journal rows read at once, and then published at once: what waits beyond them waits in the journal. */
const pageLength = 100;
/** Tasks on their way straight from their commit; more go by the journal. */
const mostOnTheirWay = 200;
/** What a queue has lost, or another runtime left behind, is published again within this time. */
const fullPassEveryMs = 60_000;
/** Of its time a relay spends at most this share in passes over everything. */
const fullPassShare = 0.05;
const afterTrouble: Backoff = { initialDelayMs: 500, maxDelayMs: 30_000, factor: 2, jitter: 0 };

/**
 * Brings the follow-up tasks of one queue out of the journal into the queue: straight after their commit when there is room,
 * else in passes over what is `offered`, which begin with what an earlier run has left. The queue knows by id what it has.
 */
export class FollowUpRelay implements TaskSource {
  readonly name: string;
  readonly #journal: Journal;
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #othersCommit: boolean;
  readonly #handsOver: boolean;
  readonly #news = new WakeUp();
  readonly #stop = new AbortController();
  readonly #onTheirWay = new Set<Promise<void>>();
  /** Committed, and not in the queue yet; those that were read or released so far. */
  readonly #waiting = new Set<TaskId>();
  /** More may wait behind them. */
  #moreWait = false;
  #running: Promise<void> | undefined;
  /** The last row of the latest pass; later ones are new. */
  #reached: TaskId | undefined;
  #fullPassAt: number;
  #passing = false;
  #failures = 0;
  #trouble: string | undefined;
  #published = 0;

  constructor(parts: {
    readonly name: string;
    readonly journal: Journal;
    readonly publisher: Publisher;
    readonly clock: Clock;
    readonly events: EventChannel;
    /** Other runtimes commit follow-ups that only this one may publish. */
    readonly othersCommit: boolean;
    /** The row is done once the queue has the task, not once the task is done. */
    readonly handsOver: boolean;
  }) {
    this.name = parts.name;
    this.#journal = parts.journal;
    this.#publisher = parts.publisher;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#othersCommit = parts.othersCommit;
    this.#handsOver = parts.handsOver;
    this.#fullPassAt = parts.clock.now();
  }

  async start(): Promise<void> {
    this.#running ??= this.#run(this.#stop.signal);
  }

  /** It was just committed. Waits for nothing: a task that finds no room is left to the next pass. */
  release(task: Task): void {
    if (this.#stop.signal.aborted) return;
    if (this.#passing || this.#onTheirWay.size >= mostOnTheirWay) {
      this.#moreWait = true;
      this.#news.wake();
      return;
    }
    const publishing = this.#publish(task).catch(() => this.#passOverAll());
    this.#onTheirWay.add(publishing);
    void publishing.finally(() => this.#onTheirWay.delete(publishing));
  }

  /** Handlers still finish, and so do their follow-ups. */
  async quiesce(): Promise<void> {}

  async stop(signal: AbortSignal): Promise<void> {
    this.#stop.abort();
    const ended = Promise.all([this.#running, ...this.#onTheirWay]);
    await Promise.race([ended, untilAborted(signal)]);
  }

  /** What is committed must go its way. */
  pause(): void {}

  resume(): void {}

  trigger(): void {
    this.#passOverAll();
  }

  status(): SourceStatus {
    const state = this.#stop.signal.aborted ? "stopped" : "running";
    const [backlog, inFlight, published] = [this.#waiting.size, this.#onTheirWay.size, this.#published];
    const facts = { moreWait: this.#moreWait };
    const status = { state, backlog, inFlight, published, settled: 0, facts } as const;
    return this.#trouble === undefined ? status : { ...status, lastError: this.#trouble };
  }

  health(): HealthFinding {
    if (this.#trouble === undefined) return { state: "pass" };
    return { state: "warn", output: `Follow-up tasks wait in the journal: ${this.#trouble}` };
  }

  async #run(signal: AbortSignal): Promise<void> {
    using _watching = this.#othersCommit ? this.#journal.watch(this.name, () => this.#news.wake()) : undefined;
    while (!signal.aborted) {
      try {
        await this.#pass(signal);
        this.#worked();
      } catch (error) {
        if (signal.aborted) return;
        this.#failed(messageOf(error));
        await sleep(
          this.#clock,
          backoffDelay(afterTrouble, this.#failures - 1, () => 0),
          signal,
        );
        continue;
      }
      await this.#news.wait(this.#clock, this.#fullPassAt - this.#clock.now(), signal);
    }
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const startedAt = this.#clock.now();
    const isFull = startedAt >= this.#fullPassAt;
    if (isFull) {
      this.#reached = undefined;
      this.#waiting.clear(); // somebody else may have published, or finished, what could not be published here
    }
    this.#moreWait = false;
    this.#passing = true;
    try {
      while (await this.#publishPage()) signal.throwIfAborted();
    } finally {
      this.#passing = false;
    }
    if (!isFull) return;
    const endedAt = this.#clock.now();
    this.#fullPassAt = endedAt + Math.max(fullPassEveryMs, (endedAt - startedAt) / fullPassShare);
  }

  /** False: nothing was left. */
  async #publishPage(): Promise<boolean> {
    const page = { state: "offered" as const, source: this.name, limit: pageLength };
    const rows = await this.#journal.list(this.#reached === undefined ? page : { ...page, after: this.#reached });
    this.#moreWait ||= rows.length === pageLength;
    const results = await Promise.allSettled(rows.map(({ task }) => this.#publish(task)));
    const refused = results.find((result) => result.status === "rejected");
    if (refused !== undefined) throw refused.reason;
    this.#reached = rows.at(-1)?.task.id ?? this.#reached;
    if (rows.length < pageLength) this.#moreWait = false;
    return rows.length === pageLength;
  }

  async #publish(task: Task): Promise<void> {
    this.#waiting.add(task.id);
    try {
      const result = await this.#publisher.publish(task, { signal: this.#stop.signal });
      if (result === "stored") this.#published += 1;
    } catch (error) {
      if (failureClassOf(error) !== "permanent") throw error;
      await this.#giveUp(task, messageOf(error));
      this.#waiting.delete(task.id);
      return;
    }
    this.#waiting.delete(task.id);
    if (this.#handsOver) await this.#journal.done(task.id);
  }

  /** Its queue will never take it: a person must look, and those behind it go on. */
  async #giveUp({ id }: Task, why: string): Promise<void> {
    const detail = `Its queue refused it: ${why}`;
    await this.#journal.dead(id, "rejected", detail, 0);
    const unit = `source:${this.name}`;
    this.#events.emit({ kind: "task.dead_lettered", unit, taskId: id, reason: "rejected", detail });
  }

  #passOverAll(): void {
    this.#fullPassAt = this.#clock.now();
    this.#news.wake();
  }

  #worked(): void {
    this.#failures = 0;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#say("info", "follow_ups_go_on", "Follow-up tasks go into their queue again.");
  }

  #failed(error: string): void {
    this.#failures += 1;
    if (this.#trouble === undefined) {
      this.#say("warn", "follow_ups_wait", `Follow-up tasks wait in the journal and are tried again: ${error}`);
    }
    this.#trouble = error;
  }

  #say(level: "info" | "warn", code: string, message: string): void {
    this.#events.emit({ kind: "unit.fact", unit: `source:${this.name}`, code, level, message, fields: {} });
  }
}
