import type { Clock } from "../base/clock.ts";
import type { RestartPolicy } from "../base/restart_policy.ts";
import { followUpSource } from "../contracts/follow_up.ts";
import type { HealthContributor, HealthFinding } from "../contracts/health_contributor.ts";
import type { Journal, JournalOffer } from "../contracts/journal.ts";
import type { LeaseStore } from "../contracts/lease.ts";
import type { Publisher } from "../contracts/publisher.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TaskDraft, TaskId } from "../contracts/task.ts";
import type { TaskQueue } from "../contracts/task_queue.ts";
import type { SourceStatus, TaskSource } from "../contracts/task_source.ts";
import type { Trace } from "../contracts/trace_factory.ts";
import { LeasedSource, type SourceHandover } from "../leases/api.ts";
import { FollowUpRelay } from "./follow_up_relay.ts";
import { isShared } from "./queue_slot.ts";
import { SourceSupervisor } from "./source_supervisor.ts";
import { PartMissingError } from "./unit_errors.ts";

export interface FollowUpParts {
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly random: () => number;
  readonly restart: RestartPolicy;
  readonly journal: Journal | undefined;
  readonly leaseStore: LeaseStore | undefined;
  /** The way into a queue, for tasks of that source. */
  readonly publisher: (source: string, queue: TaskQueue) => Publisher;
  /** @throws {UnitUnknownError} */
  readonly queueNamed: (name: string) => TaskQueue;
  readonly handover: (source: string, queue: string) => SourceHandover;
}

/** The follow-up tasks of handlers, from their preparation to their queue: a relay for each queue, where there is a journal. */
export class FollowUps {
  readonly #parts: FollowUpParts;
  readonly #supervisor: SourceSupervisor;
  /** By queue; while this runtime stands by for a queue there is none. */
  readonly #relays = new Map<string, FollowUpRelay>();

  constructor(parts: FollowUpParts) {
    this.#parts = parts;
    this.#supervisor = new SourceSupervisor(parts);
  }

  /** Only makes the task. @throws {PartMissingError}, {UnitUnknownError}, {TaskInvalidError} */
  prepare(queue: string, draft: TaskDraft, trace: Trace): JournalOffer {
    const { journal, publisher, queueNamed } = this.#parts;
    const target = queueNamed(queue);
    if (journal === undefined) throw new PartMissingError("A follow-up task", "journal");
    return { task: publisher(followUpSource(queue), target).prepare(draft, trace.carrier), queue };
  }

  /** A handler that has ended asked for it. */
  missed({ task, queue }: JournalOffer, taskId: TaskId): void {
    const message = `The handler of task ${taskId} asked for the follow-up ${task.id} after it had answered, so there will be none. Let it wait for everything it begins (await) before it answers.`;
    const fields = { taskId, followUp: task.id };
    const unit = `source:${followUpSource(queue)}`;
    this.#parts.events.emit({ kind: "unit.fact", unit, code: "follow_up_missed", level: "error", message, fields });
  }

  /** Undefined where nothing brings follow-ups into that queue: without a journal. */
  statusOf(queue: string): SourceStatus | undefined {
    const name = followUpSource(queue);
    return this.#supervisor.names.includes(name) ? this.#supervisor.statusOf(name) : undefined;
  }

  /** They are committed. Where nobody relays now, they wait in the journal for somebody who does. */
  release(committed: readonly JournalOffer[]): void {
    for (const { task, queue } of committed) this.#relays.get(queue)?.release(task);
  }

  /** Begins with what earlier runs have left. Nothing to do for a queue that has its relay. */
  async start(queue: TaskQueue): Promise<void> {
    const { journal } = this.#parts;
    const name = followUpSource(queue.name);
    if (journal === undefined || this.#supervisor.names.includes(name)) return;
    const make = async () => this.#newSource(name, queue, journal);
    await this.#supervisor.start({ name, adapter: "follow-up", queue: queue.name, required: false, make }, []);
  }

  /** While handlers still finish, follow-ups still go their way; nothing is taken over any more. */
  quiesce(): Promise<void> {
    return this.#supervisor.quiesce();
  }

  async stop(queues: Iterable<string>, signal: AbortSignal): Promise<void> {
    const names = [...queues].map(followUpSource);
    await this.#supervisor.stop(names, signal);
  }

  get health(): HealthContributor {
    return { name: "follow-ups", required: false, check: () => this.#finding() };
  }

  /**
   * Whether the journal row of a follow-up lives as long as its task. Not where machines with journals of their own share the
   * queue: whoever takes the task has no row of it, so the row is done once the queue has the task.
   */
  areJournaled(queue: TaskQueue): boolean {
    return this.#parts.leaseStore?.fencesWrites !== false || !isShared(queue);
  }

  #newSource(name: string, queue: TaskQueue, journal: Journal): TaskSource {
    const { leaseStore: store, clock, events, publisher, handover } = this.#parts;
    const handsOver = !this.areJournaled(queue);
    const relay = (into: Publisher, othersCommit: boolean) => {
      const made = new FollowUpRelay({ name, journal, publisher: into, clock, events, othersCommit, handsOver });
      this.#relays.set(queue.name, made);
      return made;
    };
    // A queue that all runtimes share takes from each of them; it knows by id what it has. And who has a journal of its own
    // is the only one to see what was committed there.
    if (store === undefined || !store.fencesWrites || isShared(queue)) return relay(publisher(name, queue), false);
    return new LeasedSource({
      name,
      lease: `source:${name}`,
      store,
      clock,
      events,
      handover: handover(name, queue.name),
      publisher: () => publisher(name, queue),
      make: async (into) => relay(into, true),
    });
  }

  #finding(): HealthFinding {
    const findings = this.#supervisor.names.map((name) => this.#supervisor.health(name)?.check() as HealthFinding);
    return findings.find(({ state }) => state !== "pass") ?? { state: "pass" };
  }
}
