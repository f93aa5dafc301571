import type { Journal } from "../../app_runtime/contracts/journal.ts";
import type { Publisher } from "../../app_runtime/contracts/publisher.ts";
import type { Task, TaskDraft } from "../../app_runtime/contracts/task.ts";
import type { Patience, TaskPublisher } from "../../app_runtime/intake/api.ts";
import type { PositionStore } from "./position_store.ts";
import type { ScheduleFacts } from "./schedule_facts.ts";
import type { SchedulePosition } from "./schedule_position.ts";

/** A run to start. */
export interface RunToStart {
  readonly draft: TaskDraft;
  /** Where the schedule stands after it. */
  readonly position: SchedulePosition;
  /** Called once the run is ours to finish: it has its row, and the position is past it. */
  readonly onKept?: () => void;
}

interface Pending extends RunToStart {
  readonly task: Task;
  readonly isKnown: boolean;
}

/** Starts runs one after another: first a journal row and the new position, then the queue. */
export class RunStarter {
  readonly #journal: Journal;
  readonly #positions: PositionStore;
  readonly #publisher: Publisher;
  readonly #tasks: TaskPublisher;
  readonly #patience: Patience;
  readonly #facts: ScheduleFacts;
  #position: SchedulePosition | undefined;
  /** It has a row, and may not be in the queue. */
  #pending: Pending | undefined;

  constructor(parts: {
    readonly journal: Journal;
    readonly positions: PositionStore;
    readonly publisher: Publisher;
    readonly tasks: TaskPublisher;
    readonly patience: Patience;
    readonly facts: ScheduleFacts;
  }) {
    this.#journal = parts.journal;
    this.#positions = parts.positions;
    this.#publisher = parts.publisher;
    this.#tasks = parts.tasks;
    this.#patience = parts.patience;
    this.#facts = parts.facts;
  }

  get position(): SchedulePosition | undefined {
    return this.#position;
  }

  /** Publishes what an earlier life left in the journal, and finds out where that one stood. */
  async resume(signal: AbortSignal): Promise<void> {
    await this.#patience.insist("Resuming", () => this.#tasks.republishOffered(signal), signal);
    this.#position = await this.#patience.insist("Reading the last run", () => this.#positions.read(), signal);
  }

  /** @throws what journal and note throw; then nothing has moved. */
  async moveTo(position: SchedulePosition): Promise<void> {
    await this.#positions.tell(position);
    await this.#positions.keep(position);
    this.#position = position;
  }

  /**
   * Whatever is killed between row and queue: the row has the run's own id, so it is found again and not made twice. Where
   * other runtimes have a journal of their own, they are told first: a run that is killed before its row is lost rather than
   * made by two. @throws what journal and note throw; a run that got its row by then is left to `finish`.
   */
  async start(run: RunToStart, signal: AbortSignal): Promise<void> {
    const task = this.#publisher.prepare(run.draft);
    await this.#positions.tell(run.position);
    const [verdict] = await this.#journal.offer([{ task, queue: this.#publisher.queue }]);
    this.#pending = { ...run, task, isKnown: verdict?.kind === "done" || verdict?.kind === "dead" };
    await this.finish(signal);
  }

  /** Brings a run that has its row into the queue, if there is one. @throws what the journal throws. */
  async finish(signal: AbortSignal): Promise<void> {
    if (this.#pending === undefined) return;
    const { task, position, isKnown, onKept } = this.#pending;
    await this.#positions.keep(position);
    this.#position = position;
    onKept?.();
    if (isKnown) this.#facts.report("schedule_known", { taskId: task.id });
    else await this.#patience.insist("Publishing a run", () => this.#tasks.publish(task, signal), signal);
    this.#pending = undefined;
  }
}
