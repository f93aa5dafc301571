import type { DatabaseSync } from "node:sqlite";
import type { SqlResult, SqlStatement } from "./sql_statement.ts";
import { failureOf, UnmetExpectation } from "./sqlite_failure.ts";
import type { StatementCache } from "./statement_cache.ts";
import type { ThreadProcedures } from "./thread_procedures.ts";
import type { Answer, WireWrite } from "./thread_protocol.ts";

type WriteAnswer = Answer<unknown>;

/**
 * Group commit: many calls, one COMMIT, one fsync. Each call has its own savepoint, so that one that fails does not hurt its
 * neighbours; one that is alone has the transaction, which costs less. Runs inside the database's thread.
 */
export class CommitGroup {
  readonly #database: DatabaseSync;
  readonly #statements: StatementCache;
  readonly #procedures: ThreadProcedures;
  #synchronous: "FULL" | "NORMAL" | undefined;

  constructor(database: DatabaseSync, statements: StatementCache, procedures: ThreadProcedures = {}) {
    this.#database = database;
    this.#statements = statements;
    this.#procedures = procedures;
  }

  /** One answer per write, in order. Never throws. */
  run(writes: readonly WireWrite[]): readonly WriteAnswer[] {
    try {
      return this.#together(writes);
    } catch (thrown) {
      this.#abandon();
      if (writes.length === 1 || !(thrown instanceof GroupLost)) {
        const failure = failureOf(thrown instanceof GroupLost ? thrown.cause : thrown);
        return writes.map(() => ({ failure }));
      }
      return writes.map((write) => this.run([write])[0] ?? { failure: failureOf(thrown) });
    }
  }

  #together(writes: readonly WireWrite[]): readonly WriteAnswer[] {
    this.#synchronize(writes.some((write) => write.durable));
    this.#control("BEGIN IMMEDIATE");
    const answers = writes.map((write) =>
      writes.length === 1 ? { value: this.#do(write) } : this.#inSavepoint(write),
    );
    try {
      this.#control("COMMIT");
    } catch (thrown) {
      throw new GroupLost(thrown);
    }
    return answers;
  }

  #inSavepoint(write: WireWrite): WriteAnswer {
    this.#control("SAVEPOINT one_call");
    try {
      const value = this.#do(write);
      this.#control("RELEASE one_call");
      return { value };
    } catch (thrown) {
      // SQLite rolls the whole transaction back by itself when the disk is full or fails.
      if (!this.#database.isTransaction) throw new GroupLost(thrown);
      this.#control("ROLLBACK TO one_call");
      this.#control("RELEASE one_call");
      return { failure: failureOf(thrown) };
    }
  }

  #do(write: WireWrite): unknown {
    return "statements" in write ? this.#execute(write.statements) : this.#callProcedure(write);
  }

  #callProcedure({ procedure, argument }: Extract<WireWrite, { readonly procedure: string }>): unknown {
    const run = this.#procedures[procedure];
    if (run === undefined) throw new TypeError(`there is no procedure "${procedure}"`);
    return run(argument as never);
  }

  #execute(statements: readonly SqlStatement[]): readonly SqlResult[] {
    return statements.map((statement, index) => {
      const result = this.#statements.run(statement.sql, statement.params ?? []);
      const expected = statement.expectChanges;
      if (expected !== undefined && result.changes !== expected) {
        throw new UnmetExpectation(index, expected, result.changes);
      }
      return result;
    });
  }

  /** FULL waits for the disk at each commit; NORMAL survives the death of the process, not of the machine. */
  #synchronize(durable: boolean): void {
    const wanted = durable ? "FULL" : "NORMAL";
    if (wanted === this.#synchronous) return;
    this.#control(`PRAGMA synchronous=${wanted}`);
    this.#synchronous = wanted;
  }

  #abandon(): void {
    if (this.#database.isTransaction) this.#control("ROLLBACK");
  }

  #control(sql: string): void {
    this.#statements.run(sql, []);
  }
}

/** The whole transaction is gone through the fault of one call, or at its COMMIT: each call is then tried alone. */
class GroupLost extends Error {
  constructor(cause: unknown) {
    super("the transaction of a group was rolled back", { cause });
  }
}
