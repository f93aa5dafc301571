import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import type { WakeUp } from "../../app_runtime/base/wake_up.ts";
import { TimeLimitError, within } from "../../app_runtime/base/within.ts";
import type { Journal, JournalRow } from "../../app_runtime/contracts/journal.ts";
import type { Publisher } from "../../app_runtime/contracts/publisher.ts";
import type { Task, TaskId } from "../../app_runtime/contracts/task.ts";
import type { Gate, Patience, RunLedger, TaskPublisher } from "../../app_runtime/intake/api.ts";
import type { DeliveryIdentity } from "./delivery_identity.ts";
import { DeliveryRefusedError, unavailable } from "./delivery_refused_error.ts";

/** How long a sender waits for journal and queue; milliseconds. Many give up after ten seconds. */
const answerLimitMs = 8_000;

/** How long a failure is left alone before what it left is looked for; milliseconds. */
const catchUpDelayMs = 250;

/** How long a sender waits for what came before it; milliseconds. */
const catchUpPatienceMs = 2_000;

/** When a sender may try again, in seconds. */
const soon = 5;
const later = 30;

/** What became of a delivery: both journal and queue have it. */
export interface Taken {
  readonly taskId: TaskId;
  readonly duplicate: boolean;
}

interface UnderWay {
  readonly identity: DeliveryIdentity;
  readonly stored: Promise<boolean>;
}

/**
 * Takes deliveries in: first a journal row, then the queue. What the journal has and the queue could not be given is
 * published by `run`, at the start and whenever something failed; meanwhile nothing new is taken, so that the order stays.
 */
export class DeliveryIntake {
  readonly #clock: Clock;
  readonly #gate: Gate;
  readonly #journal: Journal;
  readonly #publisher: Publisher;
  readonly #tasks: TaskPublisher;
  readonly #ledger: RunLedger;
  readonly #patience: Patience;
  readonly #failures: WakeUp;
  readonly #underWay = new Map<TaskId, UnderWay>();
  /** Resolves when everything journaled is in the queue; undefined while it is. */
  #catchingUp: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  #failure: string | undefined;

  /** `failures` wakes `run` when something journaled may not be in the queue. */
  constructor(parts: {
    readonly clock: Clock;
    readonly gate: Gate;
    readonly journal: Journal;
    readonly publisher: Publisher;
    readonly tasks: TaskPublisher;
    readonly ledger: RunLedger;
    readonly patience: Patience;
    readonly failures: WakeUp;
  }) {
    this.#clock = parts.clock;
    this.#gate = parts.gate;
    this.#journal = parts.journal;
    this.#publisher = parts.publisher;
    this.#tasks = parts.tasks;
    this.#ledger = parts.ledger;
    this.#patience = parts.patience;
    this.#failures = parts.failures;
  }

  /** Deliveries on their way into the queue. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** What was journaled is being published, and nothing new is taken. */
  get isCatchingUp(): boolean {
    return this.#catchingUp !== undefined;
  }

  /** Why deliveries cannot be taken, as the latest of them has found; in a sentence. */
  get failure(): string | undefined {
    return this.#patience.trouble ?? this.#failure;
  }

  /** Publishes what was journaled and is not in the queue, until `signal` aborts. Never rejects for that. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#patience.insist("Publishing deliveries", () => this.#tasks.republishOffered(signal), signal);
        this.#catchingUp?.resolve();
        this.#catchingUp = undefined;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      await this.#failures.wait(this.#clock, Number.POSITIVE_INFINITY, signal);
      await sleep(this.#clock, catchUpDelayMs, signal);
    }
    await Promise.allSettled(this.#underWay.values().map(({ stored }) => stored));
  }

  /** @throws {DeliveryRefusedError} while it is paused or stops, and when nothing can be taken. */
  guardOpen(): void {
    if (this.#gate.shut.aborted) throw unavailable("The runtime is stopping.", soon);
    if (!this.#gate.isOpen) throw unavailable("Deliveries are paused.", later);
  }

  /** Resolves once the queue has it. `makeTask` is called for what is not there yet. @throws {DeliveryRefusedError} */
  async take(identity: DeliveryIdentity, makeTask: () => Task): Promise<Taken> {
    try {
      return await within(this.#clock, answerLimitMs, "Taking the delivery", this.#take(identity, makeTask));
    } catch (thrown) {
      if (thrown instanceof DeliveryRefusedError) throw thrown;
      if (this.#gate.shut.aborted) throw unavailable("The runtime is stopping.", soon, thrown);
      const why = thrown instanceof TimeLimitError ? "It could not be stored in time." : "It cannot be stored now.";
      throw unavailable(why, soon, thrown);
    }
  }

  async #take(identity: DeliveryIdentity, makeTask: () => Task): Promise<Taken> {
    const { taskId } = identity;
    await this.#untilCaughtUp();
    const twin = this.#underWay.get(taskId);
    if (twin !== undefined) {
      guardSameBody(identity, twin.identity.fingerprint);
      await twin.stored;
      return { taskId, duplicate: true };
    }
    if (!this.#hasRoom) return await this.#recognise(identity);
    const stored = this.#bringIn(identity, makeTask());
    this.#underWay.set(taskId, { identity, stored });
    try {
      return { taskId, duplicate: await stored };
    } finally {
      this.#underWay.delete(taskId);
    }
  }

  /** Mostly that is a matter of milliseconds; with a full queue it is not worth waiting for. */
  async #untilCaughtUp(): Promise<void> {
    if (this.#catchingUp === undefined) return;
    const caughtUp = within(this.#clock, catchUpPatienceMs, "Catching up", this.#catchingUp.promise);
    await unlessAborted(this.#gate.shut, caughtUp).catch(() => undefined);
    this.guardOpen();
  }

  get #hasRoom(): boolean {
    const isTroubled = this.isCatchingUp || this.#patience.trouble !== undefined;
    return !isTroubled && this.#publisher.room() > this.#underWay.size;
  }

  /** There is no room for anything new; what the queue already has is recognised all the same. */
  async #recognise(identity: DeliveryIdentity): Promise<Taken> {
    const row = await this.#journal.find(identity.taskId);
    if (row !== undefined) guardSameBody(identity, row.fingerprint);
    if (row !== undefined && this.#isKept(row)) return { taskId: identity.taskId, duplicate: true };
    if (this.#patience.trouble !== undefined) throw unavailable("It cannot be stored now.", later);
    throw unavailable(this.isCatchingUp ? "The runtime is catching up." : "The queue is full.", soon);
  }

  /** An `offered` row that is not in flight is not in the queue yet. */
  #isKept({ state, task }: JournalRow): boolean {
    return state !== "offered" || (!this.isCatchingUp && this.#ledger.inFlight.has(task.id));
  }

  /** Whether it was there before. */
  async #bringIn(identity: DeliveryIdentity, task: Task): Promise<boolean> {
    try {
      const { queue } = this.#publisher;
      const { fingerprint } = identity;
      const [verdict] = await this.#journal.offer([{ task, queue, fingerprint }]);
      const known = verdict?.kind === "new" ? undefined : await this.#journal.find(task.id);
      if (known !== undefined) guardSameBody(identity, known.fingerprint);
      // An offered one is published as it was journaled; when the queue has it, that is no second task.
      const isOpen = verdict?.kind === "new" || verdict?.kind === "offered";
      if (isOpen) await this.#tasks.publish(known?.task ?? task, this.#gate.shut);
      this.#failure = undefined;
      return verdict?.kind !== "new";
    } catch (thrown) {
      if (!(thrown instanceof DeliveryRefusedError)) this.#catchUp(thrown);
      throw thrown;
    }
  }

  /** Its row may be there, and its sender may never come again. */
  #catchUp(thrown: unknown): void {
    if (this.#gate.shut.aborted) return;
    this.#failure = `A delivery cannot be stored: ${messageOf(thrown)}`;
    this.#catchingUp ??= Promise.withResolvers();
    this.#failures.wake();
  }
}

function guardSameBody({ fingerprint, bodyMatters }: DeliveryIdentity, known: string | undefined): void {
  if (!bodyMatters || known === undefined || known === fingerprint) return;
  const message = "A delivery of this id came before with another body. Give a new delivery an id of its own.";
  throw new DeliveryRefusedError("WEBHOOK_DELIVERY_CHANGED", message);
}
