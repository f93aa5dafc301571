import type { DatabaseSync, StatementSync } from "node:sqlite";
import { state } from "../queue_tables.ts";

/**
 * Lets at most `limit` tasks of one group run at once, whoever runs them. Who finds its group full is parked, and whoever
 * leaves lets one out, which may find it full again: a task of a higher priority may have come first.
 */
export class Groups {
  readonly #limit: number;
  readonly #running: StatementSync;
  readonly #enter: StatementSync;
  readonly #leave: StatementSync;
  readonly #drop: StatementSync;
  readonly #park: StatementSync;
  readonly #unpark: StatementSync;
  readonly #unparkAll: StatementSync;

  constructor(database: DatabaseSync, limit: number) {
    this.#limit = limit;
    this.#running = database.prepare("SELECT running FROM task_group WHERE name = ?");
    this.#enter = database.prepare(
      "INSERT INTO task_group (name, running) VALUES (?, 1) ON CONFLICT DO UPDATE SET running = running + 1",
    );
    this.#leave = database.prepare("UPDATE task_group SET running = running - 1 WHERE name = ?");
    this.#drop = database.prepare("DELETE FROM task_group WHERE name = ? AND running <= 0");
    this.#park = database.prepare(`UPDATE task SET state = ${state.parked} WHERE seq = ?`);
    this.#unpark = database.prepare(
      `UPDATE task SET state = ${state.ready} WHERE seq = (SELECT seq FROM task INDEXED BY task_parked
        WHERE state = ${state.parked} AND task_group = ? ORDER BY priority DESC, place LIMIT 1)`,
    );
    this.#unparkAll = database.prepare(`UPDATE task SET state = ${state.ready} WHERE state = ${state.parked}`);
  }

  /** True when the task may run now; otherwise it is parked. */
  enter(seq: number, group: string): boolean {
    if (Number(this.#running.get(group)?.running ?? 0) >= this.#limit) {
      this.#park.run(seq);
      return false;
    }
    this.#enter.run(group);
    return true;
  }

  leave(group: string | null): void {
    if (group === null) return;
    this.#leave.run(group);
    this.#drop.run(group);
    this.#unpark.run(group);
  }

  /** Those whose group is still full are parked again when their turn comes. */
  unparkAll(): void {
    this.#unparkAll.run();
  }
}
