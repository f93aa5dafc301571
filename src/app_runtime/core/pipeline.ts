// Over 350 lines: start, reload and stop of all units stand in one place, so that their order can be read; what a single unit needs lives beside it.
import type { Clock } from "../base/clock.ts";
import { messageOf, type RuntimeError } from "../base/runtime_error.ts";
import { sleep } from "../base/sleep.ts";
import type { ConfigDifference, ConfigSnapshot } from "../config/api.ts";
import { followUpQueue } from "../contracts/follow_up.ts";
import type { HealthContributor } from "../contracts/health_contributor.ts";
import type { Journal } from "../contracts/journal.ts";
import type { LeaseStore } from "../contracts/lease.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TaskDraft } from "../contracts/task.ts";
import type { TaskHandler } from "../contracts/task_handler.ts";
import { type PublishResult, QueueClosedError, type QueueStats } from "../contracts/task_queue.ts";
import type { Trace, TraceFactory } from "../contracts/trace_factory.ts";
import type { PauseBook } from "../control/api.ts";
import type { HealthRegistry } from "../health/api.ts";
import { DeadLetters, queueHealth } from "../queue/api.ts";
import { WorkerSupervisor } from "../workers/api.ts";
import { type AffectedUnits, affectedUnits, allUnits, queuesToReplace } from "./affected_units.ts";
import { FollowUps } from "./follow_ups.ts";
import type { PlatformConfig } from "./platform_schema.ts";
import { isEmpty, notEmpty, type QueueSlot, sentenceOfLeft, sharesTasks } from "./queue_slot.ts";
import { SharedPauses } from "./shared_pauses.ts";
import { handoverOf, recallPauses } from "./source_handover.ts";
import { type SourcePauseReason, SourceSupervisor } from "./source_supervisor.ts";
import { UnitNotStartedError, UnitsFailedError, UnitUnknownError } from "./unit_errors.ts";
import type { UnitFactory } from "./unit_factory.ts";

export interface PipelineParts {
  readonly factory: UnitFactory;
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly traces: TraceFactory;
  readonly journal: Journal | undefined;
  readonly leaseStore: LeaseStore | undefined;
  readonly health: HealthRegistry;
  readonly pauses: PauseBook;
  readonly random: () => number;
  readonly restart: PlatformConfig["restart"];
}

/** Who the tasks come from that handlers publish at once; no source of the configuration can have this name. */
const handlers = "handler:";

/** How long a queue that a reload replaces may take to run empty. */
const drainLimitMs = 30_000;
const drainLookMs = 50;

/** The units of the configuration in force: queues, handlers, worker pools and sources, started in this order. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #queues = new Map<string, QueueSlot>();
  readonly #handlers = new Map<string, TaskHandler>();
  readonly #failed = new Map<string, string>();
  readonly #contributors = new Map<string, Disposable>();
  /** Queues that still are as an earlier configuration wanted them, because they would not run empty. */
  readonly #stuck = new Set<string>();
  /** Whether tasks of a source have journal rows; kept when it is removed while its tasks are still in a queue. */
  readonly #journaled = new Map<string, boolean>([[handlers, false]]);
  readonly #sharedPauses: SharedPauses;
  readonly #halted = new AbortController();
  #applied: Promise<unknown> = Promise.resolve();
  readonly workers: WorkerSupervisor;
  readonly sources: SourceSupervisor;
  readonly followUps: FollowUps;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { restart } = parts;
    const policy = {
      maxRestarts: restart.maxRestarts,
      withinMs: restart.within,
      initialDelayMs: restart.initialDelay,
      maxDelayMs: restart.maxDelay,
      stableAfterMs: restart.within,
      factor: 2,
      jitter: 0.1,
    };
    this.sources = new SourceSupervisor({ ...parts, restart: policy });
    this.followUps = new FollowUps({
      ...parts,
      restart: policy,
      publisher: (source, queue) => parts.factory.publisher(source, queue),
      queueNamed: (name) => this.queue(name).queue,
      handover: (source, queue) => handoverOf({ source, queue, journaled: true }, this, parts),
    });
    this.#sharedPauses = new SharedPauses({ ...parts, recall: () => recallPauses(this, parts.pauses) });
    if (parts.journal !== undefined) parts.health.register(this.followUps.health);
    this.workers = new WorkerSupervisor({
      ...parts,
      restart: policy,
      isJournaled: (source) => this.#isJournaled(source),
      outlet: {
        publish: (queue, draft, trace, signal) => this.#publish(queue, draft, trace, signal),
        prepareFollowUp: (queue, draft, trace) => this.followUps.prepare(queue, draft, trace),
        missedFollowUp: (followUp, taskId) => this.followUps.missed(followUp, taskId),
        releaseFollowUps: (committed) => this.followUps.release(committed),
      },
      onOutage: (pool, lasting) => this.#pauseFor(pool, lasting),
    });
  }

  get queues(): ReadonlyMap<string, QueueSlot> {
    return this.#queues;
  }

  /** Units that did not start under the configuration in force, with the reason. */
  get failed(): ReadonlyMap<string, string> {
    return this.#failed;
  }

  /** @throws {UnitUnknownError}, {UnitNotStartedError} */
  queue(name: string): QueueSlot {
    const slot = this.#queues.get(name);
    if (slot === undefined) throw this.#absent("queue", name, this.#queues.keys());
    return slot;
  }

  /** With the dead letters that only the journal remembers. @throws {UnitUnknownError} */
  statsOf(name: string): QueueStats {
    const { queue, deadLetters } = this.queue(name);
    return { ...queue.stats(), dead: deadLetters.count };
  }

  /** The first start: a unit that does not start fails the boot. A reload that comes meanwhile waits for it. */
  start(snapshot: ConfigSnapshot): Promise<void> {
    const started = this.#startFirst(snapshot);
    this.#applied = started.catch(() => {}); // whoever booted hears of it
    return started;
  }

  /** Why this change cannot be applied now; undefined when it can. */
  objection(next: ConfigSnapshot, difference: ConfigDifference): string | undefined {
    const replaced = queuesToReplace(next, difference).flatMap((name) => this.#queues.get(name) ?? []);
    const held = replaced.find((slot) => !this.#staysFound(next, slot) && !isEmpty(slot));
    return held === undefined ? undefined : notEmpty(held).message;
  }

  /** Stops what the change touches, in the order of the flow, and starts what the new configuration says. One after another. */
  apply(next: ConfigSnapshot, difference: ConfigDifference): Promise<void> {
    const turn = this.#applied.then(() => this.#follow(next, difference));
    this.#applied = turn.catch(() => {}); // whoever asked hears of it
    return turn;
  }

  /** The runtime stops: a reload that is under way starts nothing any more. */
  halt(): void {
    this.#halted.abort();
    this.#sharedPauses.stop();
  }

  /** Queues close last, when nothing publishes and no outcome is recorded any more. */
  async close(): Promise<void> {
    for (const contributor of this.#contributors.values()) contributor[Symbol.dispose]();
    this.#contributors.clear();
    await Promise.all([...this.#queues.values()].map(({ queue }) => queue.close()));
  }

  #absent(role: "queue" | "handler", name: string, known: Iterable<string>): RuntimeError {
    const why = this.#failed.get(`${role}:${name}`);
    return why === undefined ? new UnitUnknownError(role, name, known) : new UnitNotStartedError(role, name, why);
  }

  #isJournaled(source: string): boolean | undefined {
    const queue = followUpQueue(source);
    if (queue === undefined) return this.#journaled.get(source);
    const slot = this.#queues.get(queue);
    return slot === undefined || this.followUps.areJournaled(slot.queue);
  }

  async #startFirst(snapshot: ConfigSnapshot): Promise<void> {
    await this.#startUnits(snapshot, allUnits(snapshot));
    if (this.#failed.size > 0) throw new UnitsFailedError(this.#failed);
    if (this.#parts.leaseStore !== undefined && !this.#halted.signal.aborted) this.#sharedPauses.start();
  }

  async #follow(next: ConfigSnapshot, difference: ConfigDifference): Promise<void> {
    const touched = affectedUnits(next, difference, this.#running());
    const queues = [...new Set([...touched.queues, ...this.#stuck])];
    const feeding = queues.flatMap((name) => this.sources.feeding(name));
    this.#failed.clear();
    await this.#stopSources([...new Set([...touched.sources, ...feeding])], queues);
    const retired = (await Promise.all(queues.map((name) => this.#replaceQueue(next, name)))).flat();
    const taking = this.workers.status().filter((pool) => retired.some(({ queue }) => queue.name === pool.queue));
    const pools = new Set([...touched.workers, ...taking.map(({ name }) => name)]);
    await Promise.all([...pools].map((name) => this.workers.remove(name)));
    await Promise.all(retired.map((slot) => this.#retire(slot)));
    for (const name of touched.handlers) this.#handlers.delete(name);
    await this.#startUnits(next, this.#missing(next));
  }

  /** For a handler, at once. A queue that a reload closes while this waits for room has another in its place by then. */
  async #publish(name: string, draft: TaskDraft, trace: Trace, signal: AbortSignal): Promise<PublishResult> {
    const { factory } = this.#parts;
    const task = factory.publisher(handlers, this.queue(name).queue).prepare(draft, trace.carrier);
    for (;;) {
      const { queue } = this.queue(name);
      try {
        return await factory.publisher(handlers, queue).publish(task, { signal });
      } catch (error) {
        if (!(error instanceof QueueClosedError) || this.#queues.get(name)?.queue === queue) throw error;
      }
    }
  }

  /** The relays of queues that are to run empty stop as well. */
  async #stopSources(names: readonly string[], queues: readonly string[]): Promise<void> {
    const limit = new AbortController();
    using _timer = this.#parts.clock.after(drainLimitMs, () => limit.abort());
    const signal = AbortSignal.any([limit.signal, this.#halted.signal]);
    await Promise.all([this.sources.stop(names, signal), this.followUps.stop(queues, signal)]);
  }

  async #startUnits(snapshot: ConfigSnapshot, units: AffectedUnits): Promise<void> {
    // Before any worker: a queue that survives has tasks of sources that are yet to start.
    for (const name of units.sources) this.#journaled.set(name, this.#parts.factory.isJournaled(snapshot, name));
    await Promise.all(
      units.queues.map((name) => this.#attempt(`queue:${name}`, () => this.#openQueue(snapshot, name))),
    );
    await Promise.all(
      units.handlers.map((name) => this.#attempt(`handler:${name}`, () => this.#makeHandler(snapshot, name))),
    );
    await Promise.all(
      units.workers.map((name) => this.#attempt(`worker:${name}`, () => this.#startPool(snapshot, name))),
    );
    await Promise.all(
      units.sources.map((name) => this.#attempt(`source:${name}`, () => this.#startSource(snapshot, name))),
    );
    if (!this.#halted.signal.aborted) {
      await Promise.all([...this.#queues.values()].map(({ queue }) => this.followUps.start(queue)));
    }
    this.#registerHealth();
  }

  async #attempt(unit: string, start: () => Promise<void>): Promise<void> {
    if (this.#halted.signal.aborted) return;
    try {
      await start();
    } catch (error) {
      this.#tellFailure(unit, messageOf(error));
    }
  }

  #tellFailure(unit: string, error: string): void {
    this.#failed.set(unit, error);
    this.#parts.events.emit({ kind: "unit.failed", unit, error });
  }

  async #openQueue(snapshot: ConfigSnapshot, name: string): Promise<void> {
    this.#queues.set(name, await this.#makeQueue(snapshot, name));
  }

  async #makeQueue(snapshot: ConfigSnapshot, name: string): Promise<QueueSlot> {
    const { factory, journal, events, pauses, leaseStore } = this.#parts;
    const queue = await factory.queue(snapshot, name, () => this.#offerAgain(name));
    await queue.open();
    if (pauses.isPaused(`queue:${name}`)) await queue.pause();
    journal?.shareTasks(name, sharesTasks(queue, leaseStore));
    const deadLetters = new DeadLetters({ queue, journal, events });
    await deadLetters.open();
    return { queue, deadLetters, keptIn: factory.keptIn(snapshot, name) };
  }

  /** Its queue forgot what it had accepted: whoever has a journal begins again with what is not finished there. */
  #offerAgain(queue: string): void {
    const turn = this.#applied.then(async () => {
      const { signal } = this.#halted;
      if (signal.aborted || !this.#queues.has(queue)) return;
      const journaled = this.sources.feeding(queue).filter((source) => this.#journaled.get(source) === true);
      await Promise.all(journaled.map((source) => this.sources.restart(source, signal)));
      await this.followUps.stop([queue], signal);
      if (!signal.aborted) await this.followUps.start(this.queue(queue).queue);
    });
    this.#applied = turn.catch((error: unknown) => this.#tellFailure(`queue:${queue}`, messageOf(error)));
  }

  async #makeHandler(snapshot: ConfigSnapshot, name: string): Promise<void> {
    this.#handlers.set(name, await this.#parts.factory.handler(snapshot, name));
  }

  async #startPool(snapshot: ConfigSnapshot, name: string): Promise<void> {
    const config = snapshot.units("workers").get(name)?.config;
    const handler = this.#handlers.get(String(config?.handler));
    if (handler === undefined) throw this.#absent("handler", String(config?.handler), this.#handlers.keys());
    const { queue } = this.queue(String(config?.queue));
    const paused = this.#parts.pauses.isPaused(`worker:${name}`);
    this.workers.start(this.#parts.factory.pool(snapshot, name, { queue, handler }), { paused });
  }

  async #startSource(snapshot: ConfigSnapshot, name: string): Promise<void> {
    const { factory, pauses } = this.#parts;
    const { queue } = this.queue(String(snapshot.units("sources").get(name)?.config.queue));
    const byOperator: readonly SourcePauseReason[] = pauses.isPaused(`source:${name}`) ? ["operator"] : [];
    const byOutage = this.workers.status().filter((pool) => pool.braking && pool.queue === queue.name);
    const reasons = [...byOperator, ...byOutage.map((pool) => outageOf(pool.name))];
    const handover = handoverOf(
      { source: name, queue: queue.name, journaled: this.#journaled.get(name) === true },
      this,
      this.#parts,
    );
    await this.sources.start(factory.source(snapshot, name, queue, handover), reasons);
  }

  #pauseFor(pool: string, lasting: boolean): void {
    const queue = this.workers.find(pool)?.queue;
    if (queue === undefined) return;
    for (const source of this.sources.feeding(queue)) {
      if (lasting) this.sources.pause(source, outageOf(pool));
      else this.sources.resume(source, outageOf(pool));
    }
  }

  /** Answers with what is to be closed. A queue that cannot be replaced now stays as it is, and the next reload tries again. */
  async #replaceQueue(next: ConfigSnapshot, name: string): Promise<readonly QueueSlot[]> {
    const retired: QueueSlot[] = [];
    this.#stuck.add(name);
    await this.#attempt(`queue:${name}`, async () => {
      const old = await this.#swapQueue(next, name);
      if (old !== undefined) retired.push(old);
      this.#stuck.delete(name);
    });
    return retired;
  }

  /**
   * Puts a new queue, or none, in the place of one that the configuration changed. Handlers may publish into it at any
   * moment, so the new one is made first. Where the old one's tasks are found again it takes its place at once; else in the
   * very turn in which the old one is seen empty.
   */
  async #swapQueue(next: ConfigSnapshot, name: string): Promise<QueueSlot | undefined> {
    const old = this.#queues.get(name);
    const replacement = next.units("queues").has(name) ? await this.#makeQueue(next, name) : undefined;
    if (old !== undefined && !this.#staysFound(next, old)) {
      await this.#waitUntilEmpty(old);
      if (!isEmpty(old)) {
        await replacement?.queue.close();
        throw notEmpty(old);
      }
    }
    if (replacement === undefined) this.#queues.delete(name);
    else this.#queues.set(name, replacement);
    return old;
  }

  /** Its tasks outlive it, and `next` looks for them in the same place, or wants them no more at this runtime. */
  #staysFound(next: ConfigSnapshot, { queue: { name }, keptIn }: QueueSlot): boolean {
    if (keptIn === undefined) return false;
    return !next.units("queues").has(name) || this.#parts.factory.keptIn(next, name) === keptIn;
  }

  async #waitUntilEmpty(slot: QueueSlot): Promise<void> {
    const { clock } = this.#parts;
    const until = clock.now() + drainLimitMs;
    while (!isEmpty(slot) && clock.now() < until && !this.#halted.signal.aborted) {
      await sleep(clock, drainLookMs, this.#halted.signal);
    }
  }

  /** Nobody takes from it any more: closing it before would look like a failure to its workers. */
  async #retire(slot: QueueSlot): Promise<void> {
    const { name } = slot.queue;
    if (!this.#queues.has(name) && !isEmpty(slot)) {
      const message = sentenceOfLeft(slot);
      this.#parts.events.emit({
        kind: "unit.fact",
        unit: `queue:${name}`,
        code: "queue_left",
        level: "warn",
        message,
        fields: {},
      });
    }
    await slot.queue.close();
  }

  #running(): AffectedUnits {
    return {
      queues: [...this.#queues.keys()],
      handlers: [...this.#handlers.keys()],
      workers: this.workers.status().map((pool) => pool.name),
      sources: this.sources.names,
    };
  }

  /** What the snapshot has and we do not run. */
  #missing(snapshot: ConfigSnapshot): AffectedUnits {
    const wanted = allUnits(snapshot);
    const running = this.#running();
    const absent = (role: keyof AffectedUnits) => wanted[role].filter((name) => !running[role].includes(name));
    return {
      queues: absent("queues"),
      handlers: absent("handlers"),
      workers: absent("workers"),
      sources: absent("sources"),
    };
  }

  /** One contributor for each unit, for as long as there is a unit of that name: its history outlives a reload. */
  #registerHealth(): void {
    const wanted = new Map([...this.#unitHealth()].map((contributor) => [contributor.name, contributor]));
    for (const name of this.#failed.keys()) if (!wanted.has(name)) wanted.set(name, this.#absentUnit(name));
    for (const [name, registered] of this.#contributors) {
      if (wanted.has(name)) continue;
      registered[Symbol.dispose]();
      this.#contributors.delete(name);
    }
    for (const [name, contributor] of wanted) {
      if (this.#contributors.has(name)) continue;
      this.#contributors.set(name, this.#parts.health.register(this.#unlessFailed(contributor)));
    }
  }

  #unitHealth(): readonly HealthContributor[] {
    const sources = this.sources.names.map((name) => this.sources.health(name));
    const pools = this.workers.status().map((pool) => this.workers.health(pool.name));
    const queues = [...this.#queues.keys()].map((name) => queueHealth(name, () => this.statsOf(name)));
    return [...sources, ...pools, ...queues].filter((contributor) => contributor !== undefined);
  }

  #unlessFailed(contributor: HealthContributor): HealthContributor {
    const { name } = contributor;
    return {
      name,
      required: contributor.required,
      check: () => {
        const reason = this.#failed.get(name);
        return reason === undefined ? contributor.check() : { state: "fail", output: `It did not start: ${reason}` };
      },
    };
  }

  #absentUnit(name: string): HealthContributor {
    return { name, required: true, check: () => ({ state: "fail", output: "It is not there." }) };
  }
}

function outageOf(pool: string): SourcePauseReason {
  return `outage of ${pool}`;
}
