import { type LeaseClaim, LeaseFencedError } from "../../app_runtime/contracts/lease.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import type { SqliteDatabase, SqlResult, SqlStatement, SqlValue, WriteOptions } from "../sqlite/index.ts";
import { UnexpectedChangesError } from "../sqlite/index.ts";

const claimIsCurrent = "SELECT 1 FROM lease WHERE name = ? AND token = ? AND holder IS NOT NULL";

/** A task without a row passes: whoever writes finds out by himself. One in a shared queue is of whoever holds its delivery. */
const taskIsOurs = `SELECT 1 WHERE NOT EXISTS (
  SELECT 1 FROM journal JOIN json_each(?2) AS fence ON fence.key = journal.source
    LEFT JOIN lease ON lease.name = json_extract(fence.value, '$.name') AND lease.holder IS NOT NULL
  WHERE journal.task_id = ?1 AND journal.queue NOT IN (SELECT value FROM json_each(?3))
    AND lease.token IS NOT json_extract(fence.value, '$.token'))`;

/** No lease ever has it. */
const nobody: LeaseClaim = { name: "", token: -1 };

/** A condition inside a transaction, and what to call that which is not ours when it does not hold. */
export interface Guard {
  readonly statement: SqlStatement;
  readonly what: string;
}

/**
 * Which sources are worked under a lease, and under which claim. Guards made of it are the first statements of a
 * transaction, so the database itself refuses a runtime that has lost its lease and does not know it yet.
 */
export class Fences {
  readonly #claims = new Map<string, LeaseClaim>();
  readonly #elsewhere = new Map<string, () => boolean>();
  readonly #sharedQueues = new Set<string>();
  #asJson = "{}";

  set(source: string, claim: LeaseClaim | undefined): void {
    this.#claims.set(source, claim ?? nobody);
    this.#asJson = JSON.stringify(Object.fromEntries(this.#claims));
  }

  /** For a lease that does not lie in this database: asked at the beginning of each transaction. */
  allow(source: string, isAllowed: () => boolean): void {
    this.#elsewhere.set(source, isAllowed);
  }

  /** Tasks in `queue` are worked by whoever takes them out of it, not by the holder of their source's lease. */
  shareTasks(queue: string, isShared: boolean): void {
    if (isShared) this.#sharedQueues.add(queue);
    else this.#sharedQueues.delete(queue);
  }

  /** None for a source that is not leased. */
  ofSource(source: string): readonly Guard[] {
    const claim = this.#claimOf(source);
    return claim === undefined ? [] : [guardOf(claim, `the source "${source}"`)];
  }

  /** The same as a condition of a SELECT, for one who would act on what it gives. */
  condition(source: string): { readonly sql: string; readonly params: readonly SqlValue[] } {
    const claim = this.#claimOf(source);
    if (claim === undefined) return { sql: "TRUE", params: [] };
    return { sql: `EXISTS (${claimIsCurrent})`, params: [claim.name, claim.token] };
  }

  /** None while no source is leased. */
  ofTask(taskId: TaskId): readonly Guard[] {
    const fences = this.#elsewhere.size === 0 ? this.#asJson : this.#withForbidden();
    if (fences === "{}") return [];
    const params = [taskId, fences, JSON.stringify([...this.#sharedQueues])];
    const statement = { sql: taskIsOurs, params, expectChanges: 1 };
    return [{ statement, what: `the source of task ${taskId}` }];
  }

  #claimOf(source: string): LeaseClaim | undefined {
    return this.#elsewhere.get(source)?.() === false ? nobody : this.#claims.get(source);
  }

  #withForbidden(): string {
    const forbidden = [...this.#elsewhere].filter(([, isAllowed]) => !isAllowed()).map(([source]) => source);
    return JSON.stringify(Object.fromEntries([...this.#claims, ...forbidden.map((source) => [source, nobody])]));
  }
}

export function guardOf({ name, token }: LeaseClaim, what = `"${name}"`): Guard {
  return { statement: { sql: claimIsCurrent, params: [name, token], expectChanges: 1 }, what };
}

/** Writes `statements` behind `guards`; results and errors are those of `statements` alone. @throws {LeaseFencedError} */
export async function writeGuarded(
  database: SqliteDatabase,
  guards: readonly Guard[],
  statements: readonly SqlStatement[],
  options?: WriteOptions,
): Promise<readonly SqlResult[]> {
  if (guards.length === 0) return await database.write(statements, options);
  try {
    const all = [...guards.map(({ statement }) => statement), ...statements];
    return (await database.write(all, options)).slice(guards.length);
  } catch (thrown) {
    if (!(thrown instanceof UnexpectedChangesError)) throw thrown;
    const unmet = guards[thrown.statement];
    throw unmet === undefined ? thrown.withoutFirst(guards.length) : new LeaseFencedError(unmet.what);
  }
}
