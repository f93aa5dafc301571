import type { DeadLetter } from "../contracts/dead_letter.ts";
import { DeadLetterUnknownError } from "../contracts/dead_letter.ts";
import type { Journal, JournalRow } from "../contracts/journal.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TaskId } from "../contracts/task.ts";
import { QueueFullError, type TaskQueue } from "../contracts/task_queue.ts";

/**
 * The dead letters of one queue: those the queue holds, and those only the journal remembers, because a queue that forgets
 * was restarted. Retrying or discarding acts on both.
 */
export class DeadLetters {
  readonly #queue: TaskQueue;
  readonly #journal: Journal | undefined;
  readonly #events: EventChannel;
  /** Letters that only the journal has. */
  #remembered = 0;

  constructor(parts: {
    readonly queue: TaskQueue;
    readonly journal: Journal | undefined;
    readonly events: EventChannel;
  }) {
    this.#queue = parts.queue;
    this.#journal = parts.journal;
    this.#events = parts.events;
  }

  /**
   * Call it when the queue is open: what an earlier run gave up waits for somebody as well. Call it again when somebody
   * else may have given up or retried something.
   */
  async open(): Promise<void> {
    const known = (await this.#journal?.countDead(this.#queue.name)) ?? 0;
    this.#remembered = Math.max(0, known - this.#queue.stats().dead);
  }

  /** How many wait for somebody; at least. A letter that the queue has dropped meanwhile is listed, but not counted. */
  get count(): number {
    return this.#queue.stats().dead + this.#remembered;
  }

  /** Newest first within what the queue holds; then what only the journal knows. */
  async list(options: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]> {
    const wanted = options.offset + options.limit;
    const held = await this.#queue.listDeadLetters({ offset: 0, limit: wanted });
    const known = new Set(held.map((letter) => letter.task.id));
    const rows = (await this.#journal?.list({ state: "dead", queue: this.#queue.name, limit: wanted })) ?? [];
    const remembered = rows.filter((row) => !known.has(row.task.id)).map(asLetter);
    return [...held, ...remembered].slice(options.offset, wanted);
  }

  async find(id: TaskId): Promise<DeadLetter> {
    const held = await this.#queue.findDeadLetter(id);
    if (held !== undefined) return held;
    const row = await this.#deadRow(id);
    if (row === undefined) throw new DeadLetterUnknownError(this.#queue.name, id);
    return asLetter(row);
  }

  /**
   * Journal first: if the process dies in between, the row is offered again at the next boot. @throws {DeadLetterUnknownError},
   * {QueueFullError} for a letter that only the journal has, while there is no room for its task.
   */
  async retry(id: TaskId): Promise<void> {
    const letter = await this.find(id);
    const isHeld = (await this.#queue.findDeadLetter(id)) !== undefined;
    const revived = await this.#journal?.revive(id);
    if (isHeld) await this.#queue.retryDeadLetter(id);
    else if (revived === undefined)
      throw new DeadLetterUnknownError(this.#queue.name, id); // discarded
    else await this.#publishAgain(letter);
    this.#events.emit({ kind: "dead_letter.retried", unit: `queue:${this.#queue.name}`, taskId: id });
  }

  /** The letter is forgotten; a journal row stays dead, so that its source does not offer it again. */
  async discard(id: TaskId): Promise<void> {
    const letter = await this.find(id);
    await this.#journal?.discard(letter.task.id);
    if ((await this.#queue.findDeadLetter(id)) !== undefined) await this.#queue.discardDeadLetter(id);
    else this.#remembered -= 1;
    this.#events.emit({ kind: "dead_letter.discarded", unit: `queue:${this.#queue.name}`, taskId: id });
  }

  /** Without waiting for room: whoever asked would not know meanwhile whether the letter is dead or alive. */
  async #publishAgain({ task, reason, detail, attempts }: DeadLetter): Promise<void> {
    const result = await this.#queue.tryPublish(task);
    if (result === "full") {
      await this.#journal?.dead(task.id, reason, detail, attempts);
      throw new QueueFullError(this.#queue.name);
    }
    this.#remembered -= 1;
  }

  async #deadRow(id: TaskId): Promise<JournalRow | undefined> {
    const row = await this.#journal?.find(id);
    return row?.state === "dead" && row.queue === this.#queue.name ? row : undefined;
  }
}

function asLetter(row: JournalRow): DeadLetter {
  return {
    task: row.task,
    reason: row.reason ?? "rejected",
    detail: row.detail ?? "",
    attempts: row.attempts ?? 0,
    diedAt: row.endedAt ?? row.offeredAt,
  };
}
