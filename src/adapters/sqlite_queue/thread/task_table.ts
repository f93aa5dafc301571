import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HeldLease, Lease, RenewedLease, SeenLease, TaskRow } from "../queue_protocol.ts";
import { state } from "../queue_tables.ts";
import type { Figures } from "./figures.ts";
import type { Groups } from "./groups.ts";

/** What one transaction makes ready at most of what has become due. */
const dueAtOnce = 1_000;

const isHeld = `seq = ? AND state = ${state.leased} AND leases = ?`;

/** The tasks that are not finished. A task moves: entered → (behind its order key) → ready | delayed → leased → left, or back. */
export class TaskTable {
  readonly #figures: Figures;
  readonly #groups: Groups;
  readonly #leaseMs: number;
  readonly #insert: StatementSync;
  readonly #keyIsTaken: StatementSync;
  readonly #head: StatementSync;
  readonly #free: StatementSync;
  readonly #remove: StatementSync;
  readonly #giveBack: StatementSync;
  readonly #putBack: StatementSync;
  readonly #expire: StatementSync;
  readonly #held: StatementSync;
  readonly #renew: StatementSync;
  readonly #due: StatementSync;
  readonly #makeReady: StatementSync;
  readonly #nextDue: StatementSync;
  readonly #leases: StatementSync;
  readonly #oldest: StatementSync;
  readonly #shortenRetries: StatementSync;
  readonly #ofSource: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, parts: { figures: Figures; groups: Groups; leaseMs: number }) {
    this.#figures = parts.figures;
    this.#groups = parts.groups;
    this.#leaseMs = parts.leaseMs;
    const prepare = (sql: string) => database.prepare(sql);
    this.#insert = prepare(
      `INSERT INTO task (seq, state, lease_ms, priority, place, since, due_at, id, source, order_key, task_group, body)
        VALUES (?1, ?2, ?3, ?4, ?1, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`,
    );
    this.#keyIsTaken = prepare("SELECT 1 FROM task INDEXED BY task_key WHERE order_key = ? LIMIT 1");
    this.#head = prepare(
      "SELECT seq, state, due_at FROM task INDEXED BY task_key WHERE order_key = ? ORDER BY seq LIMIT 1",
    );
    this.#free = prepare("UPDATE task SET state = ?, since = ? WHERE seq = ?");
    this.#remove = prepare(`DELETE FROM task WHERE ${isHeld}`);
    this.#giveBack = prepare(
      `UPDATE task SET state = ?, place = ?, since = ?, due_at = ?, retry_ms = ?, attempt = attempt + ?, crashes = 0
        WHERE ${isHeld}`,
    );
    this.#putBack = prepare(`UPDATE task SET state = ${state.ready} WHERE ${isHeld}`);
    this.#expire = prepare(
      `UPDATE task SET state = ${state.ready}, place = ?, since = ?, crashes = crashes + 1 WHERE seq = ?`,
    );
    this.#held = prepare(`SELECT renewals, task_group FROM task WHERE ${isHeld}`);
    this.#renew = prepare(`UPDATE task SET renewals = renewals + 1 WHERE ${isHeld}`);
    this.#due = prepare(
      `SELECT seq, due_at FROM task INDEXED BY task_delayed WHERE state = ${state.delayed} AND due_at <= ?
        ORDER BY due_at LIMIT ${dueAtOnce}`,
    );
    this.#makeReady = prepare(`UPDATE task SET state = ${state.ready}, place = ?, since = ? WHERE seq = ?`);
    this.#nextDue = prepare(
      `SELECT due_at FROM task INDEXED BY task_delayed WHERE state = ${state.delayed} ORDER BY due_at LIMIT 1`,
    );
    this.#leases = prepare(
      `SELECT seq, leases, renewals, lease_ms FROM task INDEXED BY task_leased WHERE state = ${state.leased}`,
    );
    this.#oldest = prepare(
      `SELECT priority, since FROM task INDEXED BY task_ready WHERE state = ${state.ready} AND priority < ?
        ORDER BY priority DESC, place LIMIT 1`,
    );
    this.#shortenRetries = prepare(
      `UPDATE task INDEXED BY task_delayed SET due_at = ?1 + retry_ms
        WHERE state = ${state.delayed} AND retry_ms > 0 AND due_at > ?1 + retry_ms`,
    );
    this.#ofSource = prepare("SELECT seq, state, id, order_key, task_group FROM task WHERE source = ?");
    this.#delete = prepare("DELETE FROM task WHERE seq = ?");
  }

  enter(row: TaskRow, now: number): void {
    const seq = this.#figures.nextNumber();
    const isBehind = row.orderKey !== null && this.#keyIsTaken.get(row.orderKey) !== undefined;
    const isDelayed = !isBehind && row.dueAt > now;
    const place = isBehind ? state.behind : isDelayed ? state.delayed : state.ready;
    const { priority, dueAt, id, source, orderKey, group, body } = row;
    this.#insert.run(seq, place, this.#leaseMs, priority, now, dueAt, id, source, orderKey, group, body);
    if (isDelayed) this.#figures.delayed += 1;
    else this.#figures.waiting += 1;
  }

  /** The task is finished or given up; the next of its key may run. False without the lease. */
  leave(lease: HeldLease, now: number): boolean {
    if (this.#remove.run(lease.seq, lease.leases).changes !== 1) return false;
    this.#release(lease.group);
    this.#freeKey(lease.orderKey, now);
    return true;
  }

  /** The task stays the first of its key. */
  giveBack(lease: HeldLease, delayMs: number, burnAttempt: boolean, now: number): boolean {
    const to = delayMs > 0 ? state.delayed : state.ready;
    const place = this.#figures.nextNumber();
    const dueAt = now + delayMs;
    const burnt = burnAttempt ? 1 : 0;
    const { changes } = this.#giveBack.run(to, place, dueAt, dueAt, delayMs, burnt, lease.seq, lease.leases);
    if (changes !== 1) return false;
    this.#release(lease.group);
    if (delayMs > 0) this.#figures.delayed += 1;
    else this.#figures.waiting += 1;
    return true;
  }

  putBack(lease: HeldLease): boolean {
    if (this.#putBack.run(lease.seq, lease.leases).changes !== 1) return false;
    this.#release(lease.group);
    this.#figures.waiting += 1;
    return true;
  }

  expire(lease: RenewedLease, now: number): boolean {
    const held = this.#held.get(lease.seq, lease.leases);
    if (held?.renewals !== lease.renewals) return false;
    this.#expire.run(this.#figures.nextNumber(), now, lease.seq);
    this.#release(held.task_group as string | null);
    this.#figures.waiting += 1;
    return true;
  }

  holds(lease: Lease): boolean {
    return this.#held.get(lease.seq, lease.leases) !== undefined;
  }

  renew(lease: Lease): boolean {
    return this.#renew.run(lease.seq, lease.leases).changes === 1;
  }

  /** Takes everything of `source` out, wherever it stands; answers with the ids. */
  withdraw(source: string, now: number): readonly string[] {
    const rows = this.#ofSource.all(source);
    for (const row of rows) {
      this.#delete.run(Number(row.seq));
      if (row.state === state.leased) this.#release(row.task_group as string | null);
      else if (row.state === state.delayed) this.#figures.delayed -= 1;
      else this.#figures.waiting -= 1;
    }
    for (const key of new Set(rows.map((row) => row.order_key as string | null))) this.#freeKey(key, now);
    // One that was let out and is gone now has kept its place from the others.
    if (rows.some((row) => row.task_group !== null)) this.#groups.unparkAll();
    return rows.map((row) => String(row.id));
  }

  /** True when there was more than one transaction should do. */
  makeDueReady(now: number): boolean {
    if (this.#figures.delayed === 0) return false;
    const due = this.#due.all(now);
    for (const row of due) this.#makeReady.run(this.#figures.nextNumber(), Number(row.due_at), Number(row.seq));
    this.#figures.delayed -= due.length;
    this.#figures.waiting += due.length;
    return due.length === dueAtOnce;
  }

  get nextDueAt(): number | undefined {
    const next = this.#figures.delayed === 0 ? undefined : this.#nextDue.get();
    return next === undefined ? undefined : Number(next.due_at);
  }

  /** Since when the first of each priority could run: the earliest of these. */
  get oldestSince(): number | undefined {
    let oldest: number | undefined;
    let row = this.#figures.waiting === 0 ? undefined : this.#oldest.get(Number.MAX_SAFE_INTEGER);
    for (; row !== undefined; row = this.#oldest.get(Number(row.priority))) {
      oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, Number(row.since));
    }
    return oldest;
  }

  leases(): readonly SeenLease[] {
    return this.#leases.all().map((row) => ({
      seq: Number(row.seq),
      leases: Number(row.leases),
      renewals: Number(row.renewals),
      leaseMs: Number(row.lease_ms),
    }));
  }

  shortenRetries(now: number): void {
    this.#shortenRetries.run(now);
  }

  #release(group: string | null): void {
    this.#figures.leased -= 1;
    this.#groups.leave(group);
  }

  #freeKey(key: string | null, now: number): void {
    const head = key === null ? undefined : this.#head.get(key);
    if (head === undefined || head.state !== state.behind) return;
    const dueAt = Number(head.due_at);
    this.#free.run(dueAt > now ? state.delayed : state.ready, Math.max(dueAt, now), Number(head.seq));
    if (dueAt <= now) return;
    this.#figures.waiting -= 1;
    this.#figures.delayed += 1;
  }
}
