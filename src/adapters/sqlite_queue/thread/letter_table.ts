import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { DeadLetterReason } from "../../../app_runtime/contracts/dead_letter.ts";
import type { Lease, TaskRow } from "../queue_protocol.ts";
import type { Figures } from "./figures.ts";
import type { KnownIds } from "./known_ids.ts";

/** The newest dead letters. */
export class LetterTable {
  readonly #figures: Figures;
  readonly #known: KnownIds;
  readonly #limit: number;
  readonly #write: StatementSync;
  readonly #take: StatementSync;
  readonly #oldest: StatementSync;
  readonly #ofSource: StatementSync;

  constructor(database: DatabaseSync, parts: { figures: Figures; known: KnownIds; limit: number }) {
    this.#figures = parts.figures;
    this.#known = parts.known;
    this.#limit = parts.limit;
    this.#write = database.prepare(
      `INSERT INTO dead_letter
          (number, id, source, reason, detail, attempts, died_at, priority, order_key, task_group, body)
        SELECT ?, id, source, ?, ?, attempt, ?, priority, order_key, task_group, body
          FROM task WHERE seq = ? AND leases = ?`,
    );
    this.#take = database.prepare(
      "DELETE FROM dead_letter WHERE id = ? RETURNING id, source, priority, order_key, task_group, body",
    );
    this.#oldest = database.prepare(
      "DELETE FROM dead_letter WHERE number = (SELECT min(number) FROM dead_letter) RETURNING id",
    );
    this.#ofSource = database.prepare("DELETE FROM dead_letter WHERE source = ? RETURNING id");
  }

  /** Of a task that is still in the table. */
  write(lease: Lease, reason: DeadLetterReason, detail: string, now: number): void {
    this.#write.run(this.#figures.nextNumber(), reason, detail, now, lease.seq, lease.leases);
    this.#figures.dead += 1;
  }

  /** The task of a letter, which is gone then. */
  take(id: string): TaskRow | undefined {
    // A statement that changes rows ends only when all its rows were read.
    const [row] = this.#take.all(id);
    if (row === undefined) return undefined;
    this.#figures.dead -= 1;
    return {
      id,
      source: String(row.source),
      orderKey: row.order_key as string | null,
      group: row.task_group as string | null,
      priority: Number(row.priority),
      dueAt: 0,
      body: String(row.body),
    };
  }

  /** Ids of those that had to make room. */
  trim(): readonly string[] {
    const dropped: string[] = [];
    while (this.#figures.dead > this.#limit) {
      const [row] = this.#oldest.all();
      if (row === undefined) break;
      this.#figures.dead -= 1;
      dropped.push(String(row.id));
      this.#known.forget(String(row.id));
    }
    return dropped;
  }

  withdraw(source: string): readonly string[] {
    const ids = this.#ofSource.all(source).map((row) => String(row.id));
    this.#figures.dead -= ids.length;
    return ids;
  }
}
