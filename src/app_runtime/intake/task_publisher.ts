import { unlessAborted } from "../base/unless_aborted.ts";
import type { Journal } from "../contracts/journal.ts";
import type { Publisher } from "../contracts/publisher.ts";
import type { Task, TaskId } from "../contracts/task.ts";
import type { IntakeFacts } from "./fact_reporter.ts";
import type { Gate } from "./gate.ts";
import type { RunLedger } from "./run_ledger.ts";

/** Journal rows read at once. */
const pageLength = 200;

/** Puts journaled tasks into the queue while the gate is open, and waits while the queue is full. */
export class TaskPublisher {
  readonly #source: string;
  readonly #journal: Journal;
  readonly #publisher: Publisher;
  readonly #gate: Gate;
  readonly #ledger: RunLedger;
  readonly #facts: IntakeFacts;

  constructor(parts: {
    readonly source: string;
    readonly journal: Journal;
    readonly publisher: Publisher;
    readonly gate: Gate;
    readonly ledger: RunLedger;
    readonly facts: IntakeFacts;
  }) {
    this.#source = parts.source;
    this.#journal = parts.journal;
    this.#publisher = parts.publisher;
    this.#gate = parts.gate;
    this.#ledger = parts.ledger;
    this.#facts = parts.facts;
  }

  /** Publishes it unless this run has; answers whether it did. @throws what the queue throws, or the signal's reason when it aborts. */
  async publish(task: Task, signal: AbortSignal): Promise<boolean> {
    const { inFlight } = this.#ledger;
    if (inFlight.has(task.id)) return false;
    // Before publishing: a fast worker is done before we are told that the queue has it.
    inFlight.add(task.id);
    try {
      await this.#publishThroughGate(task, signal);
      this.#ledger.published += 1;
      return true;
    } catch (error) {
      inFlight.delete(task.id);
      throw error;
    }
  }

  /** What was offered, by an earlier run or in vain by this one, and nobody finished. The queue knows what it still has, by id. */
  async republishOffered(signal: AbortSignal): Promise<void> {
    let after: TaskId | undefined;
    let tasks = 0;
    for (;;) {
      const page = { state: "offered" as const, source: this.#source, limit: pageLength };
      const rows = await this.#journal.list(after === undefined ? page : { ...page, after });
      for (const row of rows) if (await this.publish(row.task, signal)) tasks += 1;
      after = rows.at(-1)?.task.id;
      if (after === undefined) break;
    }
    if (tasks > 0) this.#facts.resumed(tasks);
  }

  async #publishThroughGate(task: Task, signal: AbortSignal): Promise<void> {
    for (;;) {
      const closing = await unlessAborted(signal, this.#gate.passed());
      try {
        await this.#publisher.publish(task, { signal: closing });
        return;
      } catch (error) {
        // A pause interrupted the wait for room: wait on, at the gate.
        if (!closing.aborted) throw error;
        signal.throwIfAborted();
      }
    }
  }
}
