import type { LeaseClaim } from "../../app_runtime/contracts/lease.ts";
import type { TraceCarrier } from "../../app_runtime/contracts/task.ts";
import type { OutgoingMail } from "../domain/outgoing_mail.ts";
import type { SqlRow, SqlStatement, SqlTransactions } from "./sql_transactions.ts";

/** A reply that was taken out for sending. */
export interface ClaimedReply {
  readonly position: number;
  readonly taskId: string;
  readonly mail: OutgoingMail;
  readonly carrier: TraceCarrier;
  /** Milliseconds since 1970, like every time here. */
  readonly queuedAt: number;
  /** How often its server said "not now". */
  readonly refusals: number;
}

export interface OutboxState {
  readonly unsent: number;
  /** When the oldest unsent reply was queued. */
  readonly oldestQueuedAt: number | undefined;
  /** When the next reply may be tried. */
  readonly nextTryAt: number | undefined;
  readonly givenUp: number;
  readonly lastGivenUpAt: number | undefined;
}

const claim = `UPDATE outbox SET state = 'sending' WHERE position IN (
    SELECT position FROM outbox WHERE state = 'waiting' AND next_try_at NOT BETWEEN ? AND ?
    ORDER BY next_try_at, position LIMIT ?
  ) RETURNING position, task_id, mail, carrier, queued_at, refusals`;

const unsent = "FROM outbox WHERE state IN ('waiting', 'sending')";

/**
 * The replies and how far they are: waiting → sending → sent | given_up, and back to waiting when the server did not take
 * it. `sending` is written before the SMTP dialogue: a reply found so at a start may have been delivered.
 */
export class OutboxTable {
  readonly #transactions: SqlTransactions;
  readonly #under: { readonly under?: LeaseClaim };

  /** With a claim, only the holder of that lease takes replies out and decides about them. */
  constructor(transactions: SqlTransactions, claim?: LeaseClaim) {
    this.#transactions = transactions;
    this.#under = claim === undefined ? {} : { under: claim };
  }

  /** Replies that a killed process was just sending wait again; resolves with how many may now be delivered twice. */
  async recover(): Promise<number> {
    const sql = "UPDATE outbox SET state = 'waiting', interruptions = interruptions + 1 WHERE state = 'sending'";
    const [result] = await this.#transactions.write([{ sql }], this.#under);
    return result?.changes ?? 0;
  }

  /** Those that are marked as being sent, but whose sender never heard of it, wait again: nothing of them has left. */
  async putBackAllBut(underway: readonly number[]): Promise<void> {
    const sql = `UPDATE outbox SET state = 'waiting'
      WHERE state = 'sending' AND position NOT IN (SELECT value FROM json_each(?))`;
    await this.#transactions.write([{ sql, params: [JSON.stringify(underway)] }], this.#under);
  }

  /**
   * The oldest that may be tried now. One that would have to wait for longer than `longestWaitMs` got its time from a clock
   * that was ahead: it may be tried, too. The mark need not survive the machine: without it the reply is sent all the same.
   */
  async claim(now: number, longestWaitMs: number, limit: number): Promise<readonly ClaimedReply[]> {
    const [result] = await this.#transactions.write([{ sql: claim, params: [now + 1, now + longestWaitMs, limit] }], {
      ...this.#under,
      durable: false,
    });
    return (result?.rows ?? []).map(claimedReplyOf).sort((a, b) => a.position - b.position);
  }

  /** Under no lease: it has happened, and whoever has the outbox by now should not send it again. */
  async sent({ position, taskId }: ClaimedReply, response: string, now: number): Promise<void> {
    const sql = "UPDATE outbox SET state = 'sent', ended_at = ?, last_error = NULL WHERE position = ?";
    await this.#transactions.write([
      { sql, params: [now, position], expectChanges: 1 },
      auditRow(taskId, "reply_sent", `The mail server took the answer: ${response}`, now),
    ]);
  }

  /** The server said "not now" about this mail. */
  async refused({ position }: ClaimedReply, error: string, nextTryAt: number): Promise<void> {
    const sql = `UPDATE outbox SET state = 'waiting', refusals = refusals + 1, last_error = ?, next_try_at = ?
      WHERE position = ?`;
    await this.#transactions.write([{ sql, params: [error, nextTryAt, position], expectChanges: 1 }], this.#under);
  }

  /** Nothing was said about this mail. The others go first next time: it may be this one that breaks the connection. */
  async putBack({ position }: ClaimedReply, error: string, now: number): Promise<void> {
    const sql = "UPDATE outbox SET state = 'waiting', last_error = ?, next_try_at = ? WHERE position = ?";
    await this.#transactions.write([{ sql, params: [error, now, position], expectChanges: 1 }], this.#under);
  }

  async giveUp({ position, taskId }: ClaimedReply, error: string, now: number): Promise<void> {
    const sql = "UPDATE outbox SET state = 'given_up', ended_at = ?, last_error = ? WHERE position = ?";
    const statements = [
      { sql, params: [now, error, position], expectChanges: 1 },
      auditRow(taskId, "reply_given_up", `The answer was given up: ${error}`, now),
    ];
    await this.#transactions.write(statements, this.#under);
  }

  async state(): Promise<OutboxState> {
    const [row] = await this.#transactions.read(
      `SELECT (SELECT count(*) ${unsent}) AS unsent,
        (SELECT min(queued_at) ${unsent}) AS oldest_queued_at,
        (SELECT min(next_try_at) FROM outbox WHERE state = 'waiting') AS next_try_at,
        (SELECT count(*) FROM outbox WHERE state = 'given_up') AS given_up,
        (SELECT max(ended_at) FROM outbox WHERE state = 'given_up') AS last_given_up_at`,
    );
    return {
      unsent: Number(row?.unsent),
      oldestQueuedAt: timeIn(row, "oldest_queued_at"),
      nextTryAt: timeIn(row, "next_try_at"),
      givenUp: Number(row?.given_up),
      lastGivenUpAt: timeIn(row, "last_given_up_at"),
    };
  }
}

function claimedReplyOf(row: SqlRow): ClaimedReply {
  return {
    position: Number(row.position),
    taskId: String(row.task_id),
    mail: JSON.parse(String(row.mail)) as OutgoingMail,
    carrier: JSON.parse(String(row.carrier)) as TraceCarrier,
    queuedAt: Number(row.queued_at),
    refusals: Number(row.refusals),
  };
}

/** Under the keys that the decision wrote, which are found by the task. */
function auditRow(taskId: string, kind: string, detail: string, now: number): SqlStatement {
  return {
    sql: `INSERT INTO audit (at, kind, task_id, mail_sha256, order_id, detail)
      SELECT ?, ?, task_id, sha256, order_id, ? FROM decided_mail WHERE task_id = ?`,
    params: [now, kind, detail, taskId],
  };
}

function timeIn(row: SqlRow | undefined, column: string): number | undefined {
  const value = row?.[column];
  return value === null || value === undefined ? undefined : Number(value);
}
