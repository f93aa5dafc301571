import type { Clock } from "../../app_runtime/base/clock.ts";
import type { BlobId } from "../../app_runtime/contracts/blob_store.ts";
import type { DeadLetterReason } from "../../app_runtime/contracts/dead_letter.ts";
import { FollowUpIdTakenError } from "../../app_runtime/contracts/follow_up.ts";
import {
  type HandOutCount,
  type Journal,
  type JournalOffer,
  type JournalRow,
  JournalRowMissingError,
  type JournalState,
  type JournalVerdict,
  type UnitOfWork,
  UnitOfWorkClosedError,
} from "../../app_runtime/contracts/journal.ts";
import type { JsonValue, TaskId } from "../../app_runtime/contracts/task.ts";
import type { SqliteDatabase, SqlResult, SqlRow, SqlStatement, SqlValue, WriteOptions } from "../sqlite/index.ts";
import { DatabaseUnavailableError, UnexpectedChangesError } from "../sqlite/index.ts";
import { Fences, writeGuarded } from "./fences.ts";
import { journalColumns, journalRowOf } from "./journal_row.ts";
import { SourceWatchers } from "./source_watchers.ts";

const insertOffer = `INSERT INTO journal (task_id, source, queue, fingerprint, offered_at, task)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const findKnown = `SELECT 0 AS rank, task_id, state FROM journal WHERE task_id = ?1
  UNION ALL SELECT 1 AS rank, task_id, state FROM journal WHERE source = ?2 AND fingerprint = ?3
  ORDER BY rank LIMIT 1`;
const countHandOut = `UPDATE journal SET hand_outs = hand_outs + (state = 'offered') WHERE task_id = ?
  RETURNING state, hand_outs`;
/** Nobody waits to be told of a follow-up. The pattern is `isFollowUpSource`. */
const settledAtOnce = "settled_at = CASE WHEN source GLOB 'follow-up:*' THEN ?1 END";
const markDone = `UPDATE journal SET state = 'done', ended_at = ?1, ${settledAtOnce}
  WHERE task_id = ?2 AND state = 'offered' RETURNING source`;
/** No change when the id is that of a task from elsewhere. */
const insertFollowUp = `INSERT INTO journal (task_id, source, queue, offered_at, task) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (task_id) DO UPDATE SET queue = queue WHERE source = excluded.source`;
const findState = "SELECT state FROM journal WHERE task_id = ?";
const markDead = `UPDATE journal SET state = 'dead', ended_at = ?1, ${settledAtOnce}, reason = ?2, detail = ?3, attempts = ?4
  WHERE task_id = ?5 AND state = 'offered' RETURNING source`;
const markOffered = `UPDATE journal SET state = 'offered', hand_outs = 0, ended_at = NULL, settled_at = NULL,
  reason = NULL, detail = NULL, attempts = NULL
  WHERE task_id = ? AND state = 'dead' AND discarded = 0 RETURNING source, ${journalColumns}`;
const forget = `DELETE FROM journal WHERE position IN
  (SELECT position FROM journal WHERE state = 'done' AND settled_at IS NOT NULL AND settled_at < ? LIMIT ?)`;

const carriedBlobs = `SELECT DISTINCT ref.atom AS sha256
  FROM (SELECT task FROM journal WHERE state = 'offered' UNION ALL SELECT task FROM journal WHERE state = 'dead') AS open,
    json_tree(open.task, '$.payload') AS ref
  WHERE ref.key = 'sha256' AND ref.atom IN (SELECT value FROM json_each(?))`;

/** Literals, so that SQLite may use the partial indexes. */
const listed: Readonly<Record<JournalState, string>> = {
  offered: "state = 'offered'",
  done: "state = 'done'",
  dead: "state = 'dead' AND discarded = 0",
};

/** Ids asked for at once: a turn of the thread stays short even for a mailbox of 50,000 unread mails. */
const idsPerCall = 5_000;
const forgottenPerCall = 500;

/**
 * The journal in an SQLite file, beside the tables of the application whose effects it accounts for. For a source that is
 * worked under a lease it throws LeaseFencedError where another runtime holds that lease now.
 */
export class SqliteJournal implements Journal {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #fences: Fences;
  readonly #watchers = new SourceWatchers();
  #othersVersion: unknown;

  constructor(parts: { readonly database: SqliteDatabase; readonly clock: Clock; readonly fences?: Fences }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#fences = parts.fences ?? new Fences();
  }

  async offer(offers: readonly JournalOffer[]): Promise<readonly JournalVerdict[]> {
    if (offers.length === 0) return [];
    const now = this.#clock.wallNow();
    const guards = [...new Set(offers.map(({ task }) => task.source))].flatMap((source) =>
      this.#fences.ofSource(source),
    );
    const results = await writeGuarded(
      this.#database,
      guards,
      offers.map(({ task, queue, fingerprint }) => ({
        sql: insertOffer,
        params: [task.id, task.source, queue, fingerprint ?? null, now, JSON.stringify(task)],
      })),
    );
    return await Promise.all(
      offers.map((offer, index) =>
        results[index]?.changes === 1
          ? ({ taskId: offer.task.id, kind: "new" } satisfies JournalVerdict)
          : this.#verdictOnKnown(offer),
      ),
    );
  }

  async handOut(taskId: TaskId): Promise<HandOutCount> {
    const [result] = await this.#writeFor(taskId, [{ sql: countHandOut, params: [taskId] }], { durable: false });
    const row = result?.rows[0];
    if (row === undefined) return { state: undefined, handOuts: 0 };
    return { state: row.state as JournalState, handOuts: Number(row.hand_outs) };
  }

  async handBack(taskId: TaskId): Promise<void> {
    const sql = "UPDATE journal SET hand_outs = 0 WHERE task_id = ?";
    await this.#writeFor(taskId, [{ sql, params: [taskId] }], { durable: false });
  }

  async done(taskId: TaskId): Promise<void> {
    const [result] = await this.#writeFor(taskId, [this.#done(taskId)]);
    if (!this.#wakeSourcesOf(result)) await this.#refuseMissing(taskId);
  }

  async offerFollowUps(followUps: readonly JournalOffer[], alsoDone: TaskId | undefined): Promise<boolean> {
    const finish = alsoDone === undefined ? [] : [{ ...this.#done(alsoDone), expectChanges: 1 }];
    try {
      const statements = [...finish, ...this.#followUps(followUps)];
      const [finished] =
        alsoDone === undefined ? await this.#database.write(statements) : await this.#writeFor(alsoDone, statements);
      this.#wakeSourcesOf(finished);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof UnexpectedChangesError)) throw thrown;
      if (alsoDone === undefined || thrown.statement > 0) throw takenId(followUps, thrown.statement - finish.length);
      await this.#refuseMissing(alsoDone);
      return false;
    }
  }

  async dead(
    taskId: TaskId,
    reason: DeadLetterReason,
    detail: string,
    attempts: number,
  ): Promise<JournalState | undefined> {
    const [found, marked] = await this.#writeFor(taskId, [
      { sql: findState, params: [taskId] },
      { sql: markDead, params: [this.#clock.wallNow(), reason, detail, attempts, taskId] },
    ]);
    this.#wakeSourcesOf(marked);
    return found?.rows[0]?.state as JournalState | undefined;
  }

  async discard(taskId: TaskId): Promise<void> {
    const sql = "UPDATE journal SET discarded = 1 WHERE task_id = ? AND state = 'dead'";
    await this.#writeFor(taskId, [{ sql, params: [taskId] }]);
  }

  async revive(taskId: TaskId): Promise<JournalRow | undefined> {
    const [result] = await this.#writeFor(taskId, [{ sql: markOffered, params: [taskId] }]);
    this.#wakeSourcesOf(result);
    const row = result?.rows[0];
    return row === undefined ? undefined : journalRowOf(row);
  }

  async find(taskId: TaskId): Promise<JournalRow | undefined> {
    const [row] = await this.#database.read(`SELECT ${journalColumns} FROM journal WHERE task_id = ?`, [taskId]);
    return row === undefined ? undefined : journalRowOf(row);
  }

  async list(options: {
    readonly state: JournalState;
    readonly source?: string;
    readonly queue?: string;
    readonly after?: TaskId;
    readonly limit: number;
  }): Promise<readonly JournalRow[]> {
    const conditions = [listed[options.state]];
    const params: SqlValue[] = [];
    const add = (condition: string, value: string | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      params.push(value);
    };
    add("source = ?", options.source);
    add("queue = ?", options.queue);
    add("position > (SELECT position FROM journal WHERE task_id = ?)", options.after);
    return await this.#rows(`${conditions.join(" AND ")} ORDER BY position LIMIT ?`, [...params, options.limit]);
  }

  async countDead(queue: string): Promise<number> {
    const sql = `SELECT count(*) AS dead FROM journal WHERE queue = ? AND ${listed.dead}`;
    const [row] = await this.#database.read(sql, [queue]);
    return Number(row?.dead ?? 0);
  }

  async statesOf(ids: readonly TaskId[]): Promise<ReadonlyMap<TaskId, JournalState>> {
    const sql = "SELECT task_id, state FROM journal WHERE task_id IN (SELECT value FROM json_each(?))";
    const pages = await Promise.all(pagesOf(ids).map((page) => this.#database.read(sql, [JSON.stringify(page)])));
    return new Map(pages.flat().map((row) => [row.task_id as TaskId, row.state as JournalState]));
  }

  /** None for one who was overtaken: two who settle one mail at once may double it where they move it. */
  unsettled(source: string, limit: number): Promise<readonly JournalRow[]> {
    const { sql, params } = this.#fences.condition(source);
    const where = `source = ? AND state <> 'offered' AND settled_at IS NULL AND ${sql} ORDER BY position LIMIT ?`;
    return this.#rows(where, [source, ...params, limit]);
  }

  /** Not durable: what is forgotten with the machine is told to the source once more, which changes nothing there. */
  async settled(ids: readonly TaskId[]): Promise<void> {
    const sql = `UPDATE journal SET settled_at = ? WHERE task_id IN (SELECT value FROM json_each(?))
      AND state <> 'offered' AND settled_at IS NULL`;
    const now = this.#clock.wallNow();
    const statements = pagesOf(ids).map((page) => ({ sql, params: [now, JSON.stringify(page)] }));
    if (statements.length > 0) await this.#database.write(statements, { durable: false });
  }

  watch(source: string, onChange: () => void): Disposable {
    return this.#watchers.add(source, onChange);
  }

  shareTasks(queue: string, isShared: boolean): void {
    this.#fences.shareTasks(queue, isShared);
  }

  /** Wakes the watchers if another process has committed since the last look. Cheap: SQLite keeps a counter. */
  async lookForOthers(): Promise<void> {
    if (this.#watchers.isEmpty) return;
    const [row] = await this.#database.read("PRAGMA data_version");
    const isNews = row?.data_version !== this.#othersVersion;
    this.#othersVersion = row?.data_version;
    if (isNews) this.#watchers.wakeAll();
  }

  async checkpoint(source: string): Promise<JsonValue | undefined> {
    const [row] = await this.#database.read("SELECT value FROM journal_checkpoint WHERE source = ?", [source]);
    return row === undefined ? undefined : (JSON.parse(String(row.value)) as JsonValue);
  }

  async saveCheckpoint(source: string, value: JsonValue): Promise<void> {
    const sql = "INSERT OR REPLACE INTO journal_checkpoint (source, value) VALUES (?, ?)";
    const statement = { sql, params: [source, JSON.stringify(value)] };
    await writeGuarded(this.#database, this.#fences.ofSource(source), [statement]);
  }

  /**
   * Writes `statements`, the `done` of a unit of work and its follow-ups in one transaction; wakes the watchers after the
   * commit. Results of `statements` alone. @throws {UnitOfWorkClosedError} when the task is no longer the caller's to finish,
   * {FollowUpIdTakenError}.
   */
  async writeAndFinish(statements: readonly SqlStatement[], unitOfWork: UnitOfWork): Promise<readonly SqlResult[]> {
    const { taskId, journaled } = unitOfWork;
    const refusal = () => (unitOfWork.open ? undefined : new UnitOfWorkClosedError(taskId));
    const finish = journaled ? [{ ...this.#done(taskId), expectChanges: 1 }] : [];
    const followUps = unitOfWork.takeFollowUps();
    const ours = [...finish, ...this.#followUps(followUps)];
    try {
      const all = [...ours, ...statements];
      const results = journaled
        ? await this.#writeFor(taskId, all, { refusal })
        : await this.#database.write(all, { refusal });
      unitOfWork.committed();
      if (journaled) this.#wakeSourcesOf(results[0]);
      return results.slice(ours.length);
    } catch (thrown) {
      if (!(thrown instanceof UnexpectedChangesError)) throw thrown;
      // The `done` went first, so that a lost task is recognised before anything else can go wrong.
      if (journaled && thrown.statement === 0) throw new UnitOfWorkClosedError(taskId);
      if (thrown.statement < ours.length) throw takenId(followUps, thrown.statement - finish.length);
      throw thrown.withoutFirst(ours.length);
    }
  }

  /** Which of these blobs a task that is not done carries in its payload (as a BlobRef). */
  async blobsNeeded(ids: readonly BlobId[]): Promise<ReadonlySet<BlobId>> {
    const rows = await this.#database.read(carriedBlobs, [JSON.stringify(ids)]);
    return new Set(rows.map((row) => row.sha256 as BlobId));
  }

  /** Forgets done rows whose source was told before `wallMs`, in small transactions. Resolves with their number. */
  async forgetSettledBefore(wallMs: number): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const [result] = await this.#database.write([{ sql: forget, params: [wallMs, forgottenPerCall] }]);
      const changes = result?.changes ?? 0;
      forgotten += changes;
      if (changes < forgottenPerCall) return forgotten;
    }
  }

  async #writeFor(taskId: TaskId, statements: readonly SqlStatement[], options?: WriteOptions) {
    try {
      return await writeGuarded(this.#database, this.#fences.ofTask(taskId), statements, options);
    } catch (thrown) {
      // It may be committed, and nobody would ever tell: whoever waits for news looks, until the database answers again.
      if (thrown instanceof DatabaseUnavailableError) this.#watchers.wakeAll();
      throw thrown;
    }
  }

  #done(taskId: TaskId): SqlStatement {
    return { sql: markDone, params: [this.#clock.wallNow(), taskId] };
  }

  #followUps(followUps: readonly JournalOffer[]): readonly SqlStatement[] {
    const now = this.#clock.wallNow();
    return followUps.map(({ task, queue }) => ({
      sql: insertFollowUp,
      params: [task.id, task.source, queue, now, JSON.stringify(task)],
      expectChanges: 1,
    }));
  }

  /** @throws {JournalRowMissingError} */
  async #refuseMissing(taskId: TaskId): Promise<void> {
    const known = await this.#database.read("SELECT 1 FROM journal WHERE task_id = ?", [taskId]);
    if (known.length === 0) throw new JournalRowMissingError(taskId);
  }

  async #verdictOnKnown({ task, fingerprint }: JournalOffer): Promise<JournalVerdict> {
    const [known] = await this.#database.read(findKnown, [task.id, task.source, fingerprint ?? null]);
    // Only done rows are ever forgotten: one that vanished since the insert was done.
    if (known === undefined) return { taskId: task.id, kind: "done" };
    const verdict = { taskId: task.id, kind: known.state as JournalState };
    return known.task_id === task.id ? verdict : { ...verdict, sameAs: known.task_id as TaskId };
  }

  async #rows(where: string, params: readonly SqlValue[]): Promise<readonly JournalRow[]> {
    const rows: readonly SqlRow[] = await this.#database.read(
      `SELECT ${journalColumns} FROM journal WHERE ${where}`,
      params,
    );
    return rows.map(journalRowOf);
  }

  #wakeSourcesOf(result: SqlResult | undefined): boolean {
    const rows = result?.rows ?? [];
    for (const row of rows) this.#watchers.wake(String(row.source));
    return rows.length > 0;
  }
}

function takenId(followUps: readonly JournalOffer[], index: number): Error {
  const { task, queue } = followUps[index] as JournalOffer;
  return new FollowUpIdTakenError(task.id, queue);
}

function pagesOf(ids: readonly TaskId[]): readonly (readonly TaskId[])[] {
  const pages: (readonly TaskId[])[] = [];
  for (let from = 0; from < ids.length; from += idsPerCall) pages.push(ids.slice(from, from + idsPerCall));
  return pages;
}
