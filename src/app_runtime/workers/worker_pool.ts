import type { Clock } from "../base/clock.ts";
import { keepRunning } from "../base/keep_running.ts";
import type { RestartPolicy } from "../base/restart_policy.ts";
import { messageOf } from "../base/runtime_error.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";
import type { Journal } from "../contracts/journal.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TaskId } from "../contracts/task.ts";
import { isLoss } from "../contracts/task_errors.ts";
import type { TaskHandler } from "../contracts/task_handler.ts";
import type { TaskQueue } from "../contracts/task_queue.ts";
import type { TraceFactory } from "../contracts/trace_factory.ts";
import type { RetryPolicy } from "../queue/api.ts";
import { InFlight, type RunLimits } from "./in_flight.ts";
import { LeaseKeeper } from "./lease_keeper.ts";
import { OutageBrake } from "./outage_brake.ts";
import { OutcomeRecorder } from "./outcome_recorder.ts";
import { Pace } from "./pace.ts";
import { PoolPause } from "./pool_pause.ts";
import { QueueWorker } from "./queue_worker.ts";
import type { HandlerOutlet } from "./run.ts";
import { TakenAhead } from "./taken_ahead.ts";
import { type FailureStreak, TaskRunner } from "./task_runner.ts";

export interface PoolDefinition {
  readonly name: string;
  readonly queue: TaskQueue;
  readonly handler: TaskHandler;
  readonly concurrency: number;
  readonly limits: RunLimits;
  readonly leaseMs: number;
  readonly retry: RetryPolicy;
  /** Crashes after which a task is quarantined. */
  readonly maxCrashes: number;
  readonly required: boolean;
  /** Tasks may be leased before a worker is free for them: their queue is remote, and does not count hand-outs per time. */
  readonly takesAhead: boolean;
}

export interface PoolParts {
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly traces: TraceFactory;
  readonly random: () => number;
  readonly restart: RestartPolicy;
  readonly journal: Journal | undefined;
  /** Whether tasks of this source have a journal row; undefined when only the journal can tell. */
  readonly isJournaled: (source: string) => boolean | undefined;
  readonly outlet: HandlerOutlet;
  /** The pool's work has an outage outside, or it is over. */
  readonly onOutage: (pool: string, lasting: boolean) => void;
}

export interface PoolCounts {
  /** Runs that ended with `done`. */
  readonly done: number;
  /** Runs that ended otherwise. */
  readonly failed: number;
  /** Handlers that ignored their signal and were left behind. */
  readonly abandoned: number;
  /** Lives of workers that ended with a failure. */
  readonly crashed: number;
}

/** Workers that share one consumer of a queue and one handler. */
export class WorkerPool {
  readonly definition: PoolDefinition;
  readonly #parts: PoolParts;
  readonly #unit: string;
  readonly #workers: readonly QueueWorker[];
  readonly #inFlight: InFlight;
  readonly #leases: LeaseKeeper;
  readonly #recorder: OutcomeRecorder;
  readonly #runner: TaskRunner;
  readonly #brake: OutageBrake;
  readonly #intake = new AbortController();
  readonly #pause = new PoolPause();
  readonly #pace: Pace | undefined;
  readonly #givingBack = new Set<Promise<void>>();
  #taking = new AbortController();
  readonly #gaveUp = new Set<string>();
  #consumer: AsyncIterator<LeasedDelivery, unknown> | undefined;
  #ahead: TakenAhead | undefined;
  #running: Promise<unknown> | undefined;
  #abandoned = 0;
  #crashed = 0;

  constructor(definition: PoolDefinition, parts: PoolParts) {
    this.definition = definition;
    this.#parts = parts;
    this.#pace = definition.takesAhead ? new Pace() : undefined;
    this.#unit = `worker:${definition.name}`;
    this.#inFlight = this.#newInFlight();
    this.#brake = this.#newBrake();
    this.#leases = this.#newLeaseKeeper();
    this.#recorder = new OutcomeRecorder({
      ...parts,
      unit: this.#unit,
      queue: definition.queue,
      retry: definition.retry,
      brake: this.#brake,
    });
    this.#runner = new TaskRunner({
      unit: this.#unit,
      queue: definition.queue,
      handler: definition.handler,
      maxCrashes: definition.maxCrashes,
      inFlight: this.#inFlight,
      leases: this.#leases,
      recorder: this.#recorder,
      pace: this.#pace,
      ...parts,
    });
    this.#workers = Array.from({ length: definition.concurrency }, (_, index) => this.#newWorker(index));
  }

  get workers(): readonly QueueWorker[] {
    return this.#workers;
  }

  /** Totals since the pool was started. */
  get counts(): PoolCounts {
    const { done, failed } = this.#runner;
    return { done, failed, abandoned: this.#abandoned, crashed: this.#crashed };
  }

  /** Deliveries whose outcome is not recorded. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Ids of the tasks that were being handled at any moment since `since` (Clock.now). */
  tasksSince(since: number): readonly string[] {
    return this.#runner.tasksSince(since);
  }

  get streak(): FailureStreak | undefined {
    return this.#runner.streak;
  }

  /** Workers that failed too often and were given up. */
  get lost(): number {
    return this.#gaveUp.size;
  }

  get braking(): boolean {
    return this.#brake.braking;
  }

  /** Clock.now() when a worker last took or finished a task. */
  get lastTurnAt(): number {
    return this.#runner.lastTurnAt;
  }

  start(): void {
    this.#running ??= Promise.all(this.#workers.map((worker) => this.#supervise(worker)));
  }

  /** No new deliveries until resume(); what is in flight goes on. Idempotent, before start() too. */
  pause(): void {
    this.#pause.begin();
    this.#taking.abort();
    this.#consumer = undefined;
  }

  resume(): void {
    this.#taking = new AbortController();
    this.#pause.end();
  }

  /** No new deliveries from here on; what is in flight goes on. */
  stopIntake(): void {
    this.#intake.abort();
  }

  /** Resolves when nothing is in flight any more: every outcome is recorded. */
  drained(): Promise<void> {
    return this.#inFlight.empty();
  }

  /** Tells every handler to stop; those that do not are abandoned after the grace. */
  abortAll(): void {
    for (const run of this.#inFlight) this.#inFlight.abort(run, "shutdown");
  }

  /**
   * Another runtime works this source now: tells the handlers of its tasks to stop; nothing of them is recorded. Answers
   * with these tasks.
   */
  loseSource(source: string): readonly TaskId[] {
    this.#ahead?.giveBackAll();
    const lost = [...this.#inFlight].filter((run) => run.delivery.task.source === source);
    for (const run of lost) this.#inFlight.abort(run, "source-lost");
    return lost.map((run) => run.delivery.task.id);
  }

  /** Puts everything back at once, without waiting for handlers. */
  abandonAll(): void {
    for (const run of this.#inFlight) {
      run.delivery.abort("shutdown");
      this.#inFlight.abandon(run);
    }
  }

  /** After stopIntake: resolves when every worker has recorded its last outcome. */
  async stopped(): Promise<void> {
    this.stopIntake();
    await this.#running;
    await Promise.all(this.#givingBack);
    this.#leases.stop();
    this.#inFlight.stop();
    if (this.#brake.release()) this.#parts.onOutage(this.definition.name, false);
  }

  async #supervise(worker: QueueWorker): Promise<void> {
    const { clock, random, restart, events } = this.#parts;
    const unit = `${this.#unit}/${worker.name}`;
    await keepRunning({
      clock,
      random,
      policy: restart,
      signal: this.#intake.signal,
      run: () => worker.run(this.#intake.signal),
      onRestart: (failure, delayMs) => {
        this.#crashed += 1;
        events.emit({ kind: "unit.restarting", unit, delayMs, error: messageOf(failure) });
      },
      onGiveUp: (failure, restarts) => {
        this.#gaveUp.add(worker.name);
        const { withinMs } = restart;
        events.emit({ kind: "unit.gave_up", unit, restarts, withinMs, error: messageOf(failure) });
      },
    });
  }

  #deliveries(): AsyncIterator<LeasedDelivery, unknown> {
    this.#consumer ??= this.#newConsumer(AbortSignal.any([this.#intake.signal, this.#taking.signal]));
    return this.#consumer;
  }

  #newConsumer(signal: AbortSignal): AsyncIterator<LeasedDelivery, unknown> {
    const { queue, concurrency, leaseMs } = this.definition;
    if (this.#pace === undefined) return queue.consume({ signal, concurrency });
    const giveBack = (delivery: LeasedDelivery) => this.#giveBack(delivery);
    const { clock } = this.#parts;
    this.#ahead = new TakenAhead({ clock, queue, pace: this.#pace, concurrency, leaseMs, signal, giveBack });
    return this.#ahead;
  }

  #giveBack(delivery: LeasedDelivery): void {
    const given = this.#recorder.giveBackUnopened(delivery).finally(() => this.#givingBack.delete(given));
    this.#givingBack.add(given);
  }

  #newWorker(index: number): QueueWorker {
    return new QueueWorker({
      name: String(index + 1),
      clock: this.#parts.clock,
      brake: this.#brake,
      deliveries: () => this.#deliveries(),
      isCurrent: (deliveries) => this.#consumer === deliveries,
      pause: this.#pause,
      onBroken: (deliveries) => {
        if (this.#consumer !== deliveries) return;
        this.#ahead?.giveBackAll();
        this.#ahead = undefined;
        this.#consumer = undefined;
      },
      process: (delivery, onEnded) => this.#runner.process(delivery, onEnded),
      fillAhead: () => this.#ahead?.fill() ?? false,
      giveBack: (delivery) => this.#recorder.giveBack(delivery, "an outage has begun"),
    });
  }

  #newInFlight(): InFlight {
    const { clock, events } = this.#parts;
    return new InFlight({
      clock,
      limits: this.definition.limits,
      onAbort: (run, reason) => {
        events.emit({ kind: "task.aborted", unit: this.#unit, taskId: run.delivery.task.id, reason });
      },
      onAbandon: (run) => {
        this.#abandoned += 1;
        const heldForMs = clock.now() - run.startedAt;
        events.emit({ kind: "task.abandoned", unit: this.#unit, taskId: run.delivery.task.id, heldForMs });
      },
    });
  }

  #newBrake(): OutageBrake {
    const { clock, events, random, onOutage } = this.#parts;
    const { name } = this.definition;
    return new OutageBrake({
      clock,
      random,
      onBegin: (failures, error) => {
        this.#ahead?.giveBackAll();
        events.emit({ kind: "outage.began", unit: this.#unit, failures, error });
        onOutage(name, true);
      },
      onEnd: (lastedMs) => {
        events.emit({ kind: "outage.ended", unit: this.#unit, lastedMs });
        onOutage(name, false);
      },
    });
  }

  #newLeaseKeeper(): LeaseKeeper {
    const { queue, leaseMs } = this.definition;
    return new LeaseKeeper({
      clock: this.#parts.clock,
      queue,
      leaseMs,
      held: () => [...this.#inFlight].map((run) => run.delivery).filter(({ abortedFor }) => !isLoss(abortedFor)),
      onLost: (delivery) => this.#lose(delivery),
      onFailure: (error) => {
        this.#parts.events.emit({
          kind: "unit.failed",
          unit: this.#unit,
          error: `Leases not renewed: ${messageOf(error)}`,
        });
      },
    });
  }

  #lose(delivery: LeasedDelivery): void {
    for (const run of this.#inFlight) if (run.delivery === delivery) this.#inFlight.abort(run, "lease-lost");
  }
}
