import type { BlobId } from "../../app_runtime/contracts/blob_store.ts";
import { type UnitOfWork, UnitOfWorkClosedError } from "../../app_runtime/contracts/journal.ts";
import type { LeaseClaim } from "../../app_runtime/contracts/lease.ts";
import type { CustomerId } from "../domain/customer.ts";
import type { DecisionKind } from "../domain/decision.ts";
import type { EarlierMail, MailKeys } from "../domain/duplicates.ts";
import type { OrderId } from "../domain/order_id.ts";
import type { ReplyHistory } from "../domain/reply_brake.ts";
import type { CommitOutcome, DecidedMail, HistoryQuestion, MailHistory, OrderBook } from "../services/order_book.ts";
import { decidedGuard, orderGuard, rowsOf } from "./order_database_rows.ts";
import { OutboxTable } from "./outbox_table.ts";
import { isOutcomeUnknown, type SqlRow, type SqlTransactions, unmetStatement } from "./sql_transactions.ts";

/** What became of one mail, for people. */
export interface DecisionRow {
  readonly taskId: string;
  readonly from: string;
  readonly subject: string;
  readonly decision: DecisionKind;
  readonly orderId?: OrderId;
  readonly why: string;
  /** Milliseconds since 1970. */
  readonly decidedAtMs: number;
}

const maxEarlier = 50;
const keyColumns = "task_id, sha256, message_id, customer_id, po_number, fingerprint, decision, order_id";

/** A union, so that each part uses its own index. Copies that were ignored never stand for anything and come last. */
const findEarlier = `SELECT ${keyColumns} FROM (
    SELECT ${keyColumns}, decided_at FROM decided_mail WHERE sha256 = ?1
    UNION SELECT ${keyColumns}, decided_at FROM decided_mail WHERE message_id = ?2 AND customer_id = ?3
    UNION SELECT ${keyColumns}, decided_at FROM decided_mail WHERE po_number = ?4 AND customer_id = ?3
  ) ORDER BY decision = 'ignore', decided_at DESC, task_id DESC LIMIT ${maxEarlier}`;

const findReplies = `SELECT
  (SELECT count(*) FROM outbox WHERE address = ?1 AND queued_at >= ?2 AND task_id <> ?3) AS to_address,
  EXISTS (SELECT 1 FROM decided_mail JOIN outbox USING (task_id) WHERE decided_mail.message_id = ?4 AND task_id <> ?3) AS answered`;

/** The order book in SQLite, in the file of the journal. */
export class OrderDatabase implements OrderBook {
  readonly outbox: OutboxTable;
  readonly #transactions: SqlTransactions;
  readonly #replyListeners = new Set<() => void>();

  constructor(parts: { readonly transactions: SqlTransactions }) {
    this.#transactions = parts.transactions;
    this.outbox = new OutboxTable(parts.transactions);
  }

  /** The outbox as the holder of its lease may use it. */
  outboxUnder(claim: LeaseClaim): OutboxTable {
    return new OutboxTable(this.#transactions, claim);
  }

  async history({ keys, address, repliesSinceMs }: HistoryQuestion): Promise<MailHistory> {
    const [earlier, replies] = await Promise.all([this.#earlier(keys), this.#replies(keys, address, repliesSinceMs)]);
    return { earlier, replies };
  }

  async commit(decided: DecidedMail, unitOfWork: unknown): Promise<CommitOutcome> {
    try {
      // One transaction: a crash leaves the order, its confirmation and its task's done, or nothing of them.
      await this.#transactions.write(
        rowsOf(decided),
        unitOfWork === undefined ? {} : { alsoDone: unitOfWork as UnitOfWork },
      );
    } catch (thrown) {
      if (isOutcomeUnknown(thrown)) this.#ringFor(decided);
      return await this.#outcomeOf(thrown, decided);
    }
    this.#ringFor(decided);
    return { kind: "committed" };
  }

  /** Called after a commit that queued a reply, or may have done so: a hint to look. */
  onReplyQueued(listener: () => void): Disposable {
    this.#replyListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#replyListeners.delete(listener) };
  }

  /** How many mails are decided, and how many replies neither sent nor given up. */
  async progress(): Promise<{ readonly decided: number; readonly unsent: number }> {
    const [row] = await this.#transactions.read(
      `SELECT (SELECT count(*) FROM decided_mail) AS decided,
        (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')) AS unsent`,
    );
    return { decided: Number(row?.decided), unsent: Number(row?.unsent) };
  }

  /** Newest first. */
  async latestDecisions(limit: number): Promise<readonly DecisionRow[]> {
    const rows = await this.#transactions.read(
      `SELECT task_id, mail_from, subject, decision, order_id, why, decided_at FROM decided_mail
       ORDER BY decided_at DESC, rowid DESC LIMIT ?`,
      [limit],
    );
    return rows.map(decisionRowOf);
  }

  /** Which of these mails wait for a person, who will want to see them. */
  async blobsNeeded(ids: readonly BlobId[]): Promise<ReadonlySet<BlobId>> {
    const rows = await this.#transactions.read(
      `SELECT sha256 FROM decided_mail JOIN review USING (task_id)
       WHERE sha256 IN (SELECT value FROM json_each(?)) AND review.state = 'open'`,
      [JSON.stringify(ids)],
    );
    return new Set(rows.map((row) => row.sha256 as BlobId));
  }

  #ringFor({ reply }: DecidedMail): void {
    if (reply !== undefined) for (const listener of this.#replyListeners) listener();
  }

  async #earlier({ sha256, messageId, customerId, poNumber }: MailKeys): Promise<readonly EarlierMail[]> {
    const params = [sha256, messageId ?? null, customerId ?? null, poNumber ?? null];
    return (await this.#transactions.read(findEarlier, params)).map(earlierMailOf);
  }

  async #replies({ taskId, messageId }: MailKeys, address: string | undefined, sinceMs: number): Promise<ReplyHistory> {
    const params = [address ?? null, sinceMs, taskId, messageId ?? null];
    const [row] = await this.#transactions.read(findReplies, params);
    return { repliesToAddress: Number(row?.to_address), answeredMessage: row?.answered === 1 };
  }

  /** Whichever guard stopped the commit: if the task was decided before, that is the answer. */
  async #outcomeOf(thrown: unknown, { taskId }: DecidedMail): Promise<CommitOutcome> {
    const unmet = unmetStatement(thrown);
    if (unmet === orderGuard) return { kind: "conflict" };
    if (unmet !== decidedGuard && !(thrown instanceof UnitOfWorkClosedError)) throw thrown;
    const sql = "SELECT decision, order_id FROM decided_mail WHERE task_id = ?";
    const [row] = await this.#transactions.read(sql, [taskId]);
    if (row === undefined) throw thrown;
    return { kind: "already-committed", decision: row.decision as DecisionKind, ...orderIdIn(row) };
  }
}

function earlierMailOf(row: SqlRow): EarlierMail {
  return {
    taskId: String(row.task_id),
    sha256: String(row.sha256),
    fingerprint: String(row.fingerprint),
    decision: row.decision as DecisionKind,
    ...(row.message_id !== null && { messageId: String(row.message_id) }),
    ...(row.customer_id !== null && { customerId: row.customer_id as CustomerId }),
    ...(row.po_number !== null && { poNumber: String(row.po_number) }),
    ...orderIdIn(row),
  };
}

function decisionRowOf(row: SqlRow): DecisionRow {
  return {
    taskId: String(row.task_id),
    from: String(row.mail_from),
    subject: String(row.subject),
    decision: row.decision as DecisionKind,
    ...orderIdIn(row),
    why: String(row.why),
    decidedAtMs: Number(row.decided_at),
  };
}

function orderIdIn(row: SqlRow): { readonly orderId?: OrderId } {
  return row.order_id === null ? {} : { orderId: row.order_id as OrderId };
}
