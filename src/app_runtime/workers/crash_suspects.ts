import type { LeasedDelivery } from "../contracts/delivery.ts";
import type { Journal } from "../contracts/journal.ts";
import type { TaskId } from "../contracts/task.ts";

/** Journal rows read at once. */
const pageLength = 200;

/**
 * The tasks that were in hand when a node process died: one of them may have killed it. They are handled one at a time, so
 * that the next death counts against that one alone; else a task that kills its process would take its innocent neighbours
 * with it into the dead letters. The journal knows those of earlier runs, a queue that survives those of any process.
 */
export class CrashSuspects {
  readonly #journal: Journal | undefined;
  readonly #queue: string;
  #loading: Promise<void> | undefined;
  /** Undefined until the journal has told. */
  #suspects: Set<TaskId> | undefined;
  #line: Promise<void> = Promise.resolve();

  constructor(parts: { readonly journal: Journal | undefined; readonly queue: string }) {
    this.#journal = parts.journal;
    this.#queue = parts.queue;
  }

  /** False: it need not wait for its turn. */
  mayInclude({ task, crashes }: LeasedDelivery): boolean {
    if (crashes > 0) return true;
    return this.#journal !== undefined && (this.#suspects?.has(task.id) ?? true);
  }

  /**
   * Resolves when the delivery may be handled, or at once when its signal aborts. Dispose the result when it has been handled.
   * @throws what the journal throws, before any turn was taken.
   */
  async turn(delivery: LeasedDelivery): Promise<Disposable | undefined> {
    if (this.#journal !== undefined && delivery.crashes === 0) await this.#load(this.#journal);
    if (!this.mayInclude(delivery)) return undefined;
    const before = this.#line;
    const over = Promise.withResolvers<void>();
    this.#line = before.then(() => over.promise);
    await untilAborted(delivery.signal, before);
    return {
      [Symbol.dispose]: () => {
        this.#suspects?.delete(delivery.task.id);
        over.resolve();
      },
    };
  }

  /** Before the first hand-out of this run: what is counted then was counted by runs that died. */
  #load(journal: Journal): Promise<void> {
    this.#loading ??= this.#read(journal).catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #read(journal: Journal): Promise<void> {
    const suspects = new Set<TaskId>();
    let after: TaskId | undefined;
    do {
      const page = { state: "offered" as const, queue: this.#queue, limit: pageLength };
      const rows = await journal.list(after === undefined ? page : { ...page, after });
      for (const row of rows) if (row.handOuts > 0) suspects.add(row.task.id);
      after = rows.at(-1)?.task.id;
    } while (after !== undefined);
    this.#suspects = suspects;
  }
}

async function untilAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => aborted.resolve(), { once: true });
  await Promise.race([work, aborted.promise]);
}
