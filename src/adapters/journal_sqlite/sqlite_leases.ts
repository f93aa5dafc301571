import { hostname } from "node:os";
import type { Clock } from "../../app_runtime/base/clock.ts";
import type { LeaseClaim, LeaseHolder, LeaseRow, LeaseStore, Tenure } from "../../app_runtime/contracts/lease.ts";
import type { SqliteDatabase, SqlRow } from "../sqlite/index.ts";
import type { Fences } from "./fences.ts";

const columns = "name, token, renewals, holder, taken_at, expires_at, duration_ms";
const takeFirst = `INSERT INTO lease (${columns}) VALUES (?1, 1, 0, ?2, ?3, ?3 + ?4, ?4)
  ON CONFLICT DO NOTHING RETURNING token`;
const takeOver = `UPDATE lease SET token = token + 1, renewals = 0, holder = ?2, taken_at = ?3, expires_at = ?3 + ?4,
  duration_ms = ?4 WHERE name = ?1 AND token = ?5 AND renewals = ?6 AND (holder IS NULL) = ?7 RETURNING token`;
const renew = `UPDATE lease SET renewals = renewals + 1, expires_at = ? + duration_ms
  WHERE name = ? AND token = ? AND holder IS NOT NULL`;
const release = "UPDATE lease SET holder = NULL WHERE name = ? AND token = ?";

/** Leases as rows of the database that runtimes share. Each step is one statement, so SQLite's own lock decides who was first. */
export class SqliteLeases implements LeaseStore {
  readonly durationMs: number;
  readonly fencesWrites = true;
  readonly #database: Pick<SqliteDatabase, "read" | "write">;
  readonly #fences: Fences;
  readonly #clock: Clock;
  readonly #self: LeaseHolder = { pid: process.pid, host: hostname() };

  constructor(parts: {
    readonly database: Pick<SqliteDatabase, "read" | "write">;
    readonly fences: Fences;
    readonly clock: Clock;
    readonly durationMs: number;
  }) {
    this.#database = parts.database;
    this.#fences = parts.fences;
    this.#clock = parts.clock;
    this.durationMs = parts.durationMs;
  }

  async look(name: string): Promise<LeaseRow | undefined> {
    const [row] = await this.#database.read(`SELECT ${columns} FROM lease WHERE name = ?`, [name]);
    return row === undefined ? undefined : leaseRowOf(row);
  }

  async take(name: string, seen: LeaseRow | undefined): Promise<LeaseClaim | undefined> {
    const wanted = [name, JSON.stringify(this.#self), this.#clock.wallNow(), this.durationMs];
    const statement =
      seen === undefined
        ? { sql: takeFirst, params: wanted }
        : { sql: takeOver, params: [...wanted, seen.token, seen.renewals, seen.holder === undefined ? 1 : 0] };
    const [result] = await this.#database.write([statement]);
    const row = result?.rows[0];
    return row === undefined ? undefined : { name, token: Number(row.token) };
  }

  /** Need not survive the machine: nobody who holds a lease does. */
  async renew({ name, token }: LeaseClaim): Promise<boolean> {
    const statement = { sql: renew, params: [this.#clock.wallNow(), name, token] };
    const [result] = await this.#database.write([statement], { durable: false });
    return result?.changes === 1;
  }

  async release({ name, token }: LeaseClaim): Promise<void> {
    await this.#database.write([{ sql: release, params: [name, token] }]);
  }

  fence(source: string, tenure: Tenure | undefined): void {
    this.#fences.set(source, tenure?.claim);
  }
}

function leaseRowOf(row: SqlRow): LeaseRow {
  return {
    name: String(row.name),
    token: Number(row.token),
    renewals: Number(row.renewals),
    holder: row.holder === null ? undefined : (JSON.parse(String(row.holder)) as LeaseHolder),
    takenAt: Number(row.taken_at),
    expiresAt: Number(row.expires_at),
    durationMs: Number(row.duration_ms),
  };
}
