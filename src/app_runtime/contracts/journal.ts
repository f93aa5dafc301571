import { RuntimeError } from "../base/runtime_error.ts";
import type { DeadLetterReason } from "./dead_letter.ts";
import type { JsonValue, Task, TaskId } from "./task.ts";

/** The life of a source event: offered → done | dead; retrying a dead letter turns it back. */
export type JournalState = "offered" | "done" | "dead";

/** What a source writes before it publishes. */
export interface JournalOffer {
  readonly task: Task;
  /** The queue it goes to, so that it can be offered again after a crash. */
  readonly queue: string;
  /** Recognises the same event under another id (a mailbox that renumbered its mails). Unique per source. */
  readonly fingerprint?: string;
}

/** `new`: written now. Otherwise what the journal already knew, under this id or this fingerprint. */
export interface JournalVerdict {
  readonly taskId: TaskId;
  readonly kind: "new" | JournalState;
  /** Set when the fingerprint, not the id, was known: the id of the earlier row. */
  readonly sameAs?: TaskId;
}

export interface JournalRow {
  readonly task: Task;
  readonly queue: string;
  /** What it was offered with. */
  readonly fingerprint?: string;
  readonly state: JournalState;
  /** Hand-outs to a worker that never ended: each is a crash. */
  readonly handOuts: number;
  /** Milliseconds since 1970 UTC. */
  readonly offeredAt: number;
  /** When the source was told (a mail was marked \Seen); absent until then. A follow-up has nobody to tell: set when it ends. */
  readonly settledAt?: number;
  /** When it became done or dead. */
  readonly endedAt?: number;
  /** Of a dead row: why, in whose words, after how many attempts. */
  readonly reason?: DeadLetterReason;
  readonly detail?: string;
  readonly attempts?: number;
}

export interface HandOutCount {
  /** Undefined when the journal has no such row. */
  readonly state: JournalState | undefined;
  /** Hand-outs that have not ended, the one just counted included. */
  readonly handOuts: number;
}

/**
 * Lets a handler's own transaction write `done` beside its effect. Opaque to handlers: pass it to the database that holds
 * the journal. That database refuses it once `open` is false or the row is no longer `offered`.
 */
export interface UnitOfWork {
  readonly taskId: TaskId;
  /** False for a task without a journal row: then there is no `done` to write. */
  readonly journaled: boolean;
  /** False once the handler has ended or was left behind, and when the lease is lost. In its grace it may still commit. */
  readonly open: boolean;
  /**
   * The follow-up tasks of the handler, for the database to write as `offered` in the same transaction, with or without a
   * `done`. Called when that transaction begins: from then on the handler can add none.
   */
  takeFollowUps(): readonly JournalOffer[];
  /** Called by the database after the commit that carried `done` and the follow-ups. */
  committed(): void;
}

/**
 * One row per source event, in the application's database. It is the memory that makes effects happen once: what is
 * neither done nor dead is offered again after a crash. Source: architecture, section 4.
 */
export interface Journal {
  /** Writes each as `offered` unless it is known. Durable when it resolves. Verdicts in the order of the offers. */
  offer(offers: readonly JournalOffer[]): Promise<readonly JournalVerdict[]>;
  /** Counts a hand-out, before the handler runs; only while the row is `offered`. */
  handOut(taskId: TaskId): Promise<HandOutCount>;
  /** The hand-out ended without a crash and without a result (retry, requeue): the count returns to 0. */
  handBack(taskId: TaskId): Promise<void>;
  /** @throws {JournalRowMissingError} when there is no such row. A row already done stays done. */
  done(taskId: TaskId): Promise<void>;
  /**
   * Writes follow-ups as `offered` and the task they follow as done, in one transaction; without `alsoDone` the follow-ups
   * alone. An id that is known from the same source is fine. False: the task was done or given up already, so nothing was
   * written. @throws {FollowUpIdTakenError}, {JournalRowMissingError}
   */
  offerFollowUps(followUps: readonly JournalOffer[], alsoDone: TaskId | undefined): Promise<boolean>;
  /**
   * Only an `offered` row becomes dead. Resolves with the state that was found: after `done` or `dead` nothing was changed
   * (the effect had happened after all, or somebody was faster). Undefined when there is no such row.
   */
  dead(taskId: TaskId, reason: DeadLetterReason, detail: string, attempts: number): Promise<JournalState | undefined>;
  /** Somebody decided against a dead row, for good: it stays dead, and `list` no longer shows it. */
  discard(taskId: TaskId): Promise<void>;
  /** A dead row is `offered` again, with no hand-outs. Undefined when it is not dead, or was discarded. */
  revive(taskId: TaskId): Promise<JournalRow | undefined>;
  find(taskId: TaskId): Promise<JournalRow | undefined>;
  /** Rows in `state`, oldest first; `after` is the last id of the previous page. */
  list(options: {
    readonly state: JournalState;
    readonly source?: string;
    readonly queue?: string;
    readonly after?: TaskId;
    readonly limit: number;
  }): Promise<readonly JournalRow[]>;
  /** Dead rows of `queue` that nobody has discarded. */
  countDead(queue: string): Promise<number>;
  /** Which of these ids are known, and how they stand. */
  statesOf(ids: readonly TaskId[]): Promise<ReadonlyMap<TaskId, JournalState>>;
  /** Rows of `source` that are done or dead and whose source was not yet told, oldest first. */
  unsettled(source: string, limit: number): Promise<readonly JournalRow[]>;
  /** The source was told. */
  settled(ids: readonly TaskId[]): Promise<void>;
  /**
   * Called after a commit that turned rows of `source` done or dead, or revived them, and soon after another runtime
   * committed: a hint to look.
   */
  watch(source: string, onChange: () => void): Disposable;
  /**
   * Whether several runtimes take tasks out of `queue`. Then it is the queue's own leases that say whose a task is: a runtime
   * may finish it that does not hold the lease of its source. Not kept over a restart.
   */
  shareTasks(queue: string, isShared: boolean): void;
  /** A small value a source remembers (its position); undefined before the first save. */
  checkpoint(source: string): Promise<JsonValue | undefined>;
  saveCheckpoint(source: string, value: JsonValue): Promise<void>;
}

/** The unit of work is closed, or its row is already done or dead: somebody else has finished this task. Nothing was written. */
export class UnitOfWorkClosedError extends RuntimeError {
  readonly code = "UNIT_OF_WORK_CLOSED";

  constructor(taskId: string) {
    super(
      `Task ${taskId} is no longer this worker's to finish; its transaction was rolled back and nothing was written.`,
    );
  }
}

export class JournalRowMissingError extends RuntimeError {
  readonly code = "JOURNAL_ROW_MISSING";
  override readonly failureClass = "permanent";

  constructor(taskId: string) {
    super(
      `The journal has no row for task ${taskId}: its source must offer it before it publishes it, and runtimes that share a queue must share the journal too (platform.dataDir).`,
    );
  }
}
