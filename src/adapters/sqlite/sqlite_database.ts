import { type Backoff, backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { Fifo } from "../../app_runtime/base/fifo.ts";
import { messageOf, type RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import { within } from "../../app_runtime/base/within.ts";
import { CallBatch, type ReadCall, type WriteCall } from "./call_batch.ts";
import { DatabaseThread } from "./database_thread.ts";
import type { SchemaMigrations, SqlResult, SqlRow, SqlStatement, SqlValue } from "./sql_statement.ts";
import { DatabaseOverloadedError, DatabaseUnavailableError, SqlError } from "./sqlite_errors.ts";
import type { ProcedureModule } from "./thread_procedures.ts";
import type { WireWrite } from "./thread_protocol.ts";

export type DatabaseState =
  | { readonly kind: "closed" }
  | { readonly kind: "open" }
  /** Its thread died or fell silent; it is being opened again, for as long as it takes. */
  | { readonly kind: "reopening"; readonly why: string };

export interface DatabaseLimits {
  /** Calls that may wait at once; more are refused. */
  readonly maxWaiting: number;
  /** Calls that share one COMMIT at most. */
  readonly maxGroup: number;
  /** A thread that has not answered for so long is given up and replaced. */
  readonly answerWithinMs: number;
  readonly openWithinMs: number;
  readonly busyTimeoutMs: number;
  /** Upper bound on the file in pages of 4 kB; 0 for none but the disk. */
  readonly maxPages: number;
}

export const databaseLimits: DatabaseLimits = {
  maxWaiting: 10_000,
  maxGroup: 500,
  answerWithinMs: 30_000,
  openWithinMs: 30_000,
  busyTimeoutMs: 5_000,
  maxPages: 0,
};

export interface WriteOptions {
  /**
   * False for what may be lost with the machine, though never with the process (hand-out counters): when a whole group is
   * such, its commit does not wait for the disk. Default true.
   */
  readonly durable?: boolean;
  /** The caller has gathered what belongs together: it does not wait for others of this turn of the loop. Default false. */
  readonly atOnce?: boolean;
  /** Asked at the last moment before the call goes to the database; an error refuses it. */
  readonly refusal?: () => RuntimeError | undefined;
}

const reopenBackoff: Backoff = { initialDelayMs: 100, maxDelayMs: 5_000, factor: 2, jitter: 0 };

/**
 * An SQLite file behind one thread, with group commit: calls made while the disk is busy share the next COMMIT. A write
 * resolves only after that COMMIT (WAL, synchronous=FULL). Every method throws the errors of sqlite_errors.ts.
 */
export class SqliteDatabase {
  readonly path: string;
  readonly #migrations: readonly SchemaMigrations[];
  readonly #procedures: ProcedureModule | undefined;
  readonly #clock: Clock;
  readonly #limits: DatabaseLimits;
  readonly #onStateChange: (state: DatabaseState) => void;
  readonly #waiting = new Fifo<ReadCall | WriteCall>();
  #state: DatabaseState = { kind: "closed" };
  #thread: DatabaseThread | undefined;
  #inFlight: CallBatch | undefined;
  #watchdog: Disposable | undefined;
  #reopening: Disposable | undefined;
  #flushScheduled = false;
  #closing = false;
  #idle: PromiseWithResolvers<void> | undefined;

  /** `path` may be ":memory:": then nothing survives the thread. */
  constructor(parts: {
    readonly path: string;
    readonly migrations: readonly SchemaMigrations[];
    /** What `call` can call. */
    readonly procedures?: ProcedureModule;
    readonly clock: Clock;
    readonly limits?: Partial<DatabaseLimits>;
    readonly onStateChange?: (state: DatabaseState) => void;
  }) {
    this.path = parts.path;
    this.#migrations = parts.migrations;
    this.#procedures = parts.procedures;
    this.#clock = parts.clock;
    this.#limits = { ...databaseLimits, ...parts.limits };
    this.#onStateChange = parts.onStateChange ?? (() => undefined);
  }

  get state(): DatabaseState {
    return this.#state;
  }

  /** Opens the file, making it and bringing its tables up to date. */
  async open(): Promise<void> {
    if (this.#state.kind !== "closed") return;
    this.#closing = false;
    this.#adopt(await this.#openThread());
  }

  /** One transaction: all statements or none. Results in their order. */
  write(statements: readonly SqlStatement[], options: WriteOptions = {}): Promise<readonly SqlResult[]> {
    return this.#transact({ statements, durable: options.durable ?? true }, options);
  }

  /** One transaction around one of the thread's procedures; resolves with what that returns. */
  call<R>(procedure: string, argument: unknown, options: WriteOptions = {}): Promise<R> {
    return this.#transact({ procedure, argument, durable: options.durable ?? true }, options);
  }

  /** One SELECT over what is committed. */
  read(sql: string, params: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#enqueue((resolve, reject) => ({ kind: "read", request: { sql, params }, resolve, reject }));
  }

  /** Answers the calls that the thread has done by now, without waiting for the next turn of the event loop. */
  takeAnswers(): void {
    this.#thread?.takeAnswers();
  }

  /** Refuses new calls, finishes those that wait, closes the file. Idempotent. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#reopening?.[Symbol.dispose]();
    if (this.#inFlight !== undefined || this.#waiting.size > 0) {
      this.#idle ??= Promise.withResolvers();
      await within(this.#clock, this.#limits.answerWithinMs, "The last writes", this.#idle.promise).catch(
        () => undefined,
      );
    }
    this.#idle = undefined;
    const thread = this.#thread;
    this.#thread = undefined;
    this.#failAll(new DatabaseUnavailableError(this.path, "it was closed"));
    this.#enter({ kind: "closed" });
    await thread?.close(this.#clock, this.#limits.answerWithinMs);
  }

  #transact<R>(request: WireWrite, { refusal, atOnce }: WriteOptions): Promise<R> {
    const answer = this.#enqueue<R>((resolve, reject) => ({
      kind: "write",
      request,
      // What comes back is what the request asked for: nobody in between can know its type.
      resolve: resolve as (result: unknown) => void,
      reject,
      refusal,
    }));
    if (atOnce === true) this.#flush();
    return answer;
  }

  #enqueue<R>(
    make: (resolve: (result: R) => void, reject: (error: Error) => void) => ReadCall | WriteCall,
  ): Promise<R> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.#waiting.push(make(resolve, reject));
      this.#scheduleFlush();
    });
  }

  #refusal(): RuntimeError | undefined {
    if (this.#state.kind === "reopening") {
      return new DatabaseUnavailableError(this.path, `it is being opened again after a failure: ${this.#state.why}`);
    }
    if (this.#state.kind === "closed" || this.#closing) return new DatabaseUnavailableError(this.path, "it is closed");
    if (this.#waiting.size < this.#limits.maxWaiting) return undefined;
    return new DatabaseOverloadedError(this.path, this.#limits.maxWaiting);
  }

  /** At the end of this turn of the loop, so that all who call in the same turn share the commit. */
  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#inFlight !== undefined) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#thread === undefined || this.#inFlight !== undefined) return;
    const batch = new CallBatch(this.path, this.#takeWaiting(this.#limits.maxGroup));
    if (batch.waiting === 0) {
      if (this.#waiting.size > 0) this.#scheduleFlush();
      else this.#idle?.resolve();
      return;
    }
    this.#inFlight = batch;
    const thread = this.#thread;
    this.#watchdog = this.#clock.after(this.#limits.answerWithinMs, () => this.#giveUp(thread));
    try {
      thread.post(batch.message);
    } catch (thrown) {
      // A parameter that is no SqlValue cannot be posted.
      this.#inFlight = undefined;
      this.#watchdog[Symbol.dispose]();
      batch.fail(new SqlError(this.path, messageOf(thrown)));
      this.#scheduleFlush();
    }
  }

  #takeWaiting(atMost: number): readonly (ReadCall | WriteCall)[] {
    const calls: (ReadCall | WriteCall)[] = [];
    while (calls.length < atMost) {
      const call = this.#waiting.shift();
      if (call === undefined) break;
      calls.push(call);
    }
    return calls;
  }

  #openThread(): Promise<DatabaseThread> {
    const { busyTimeoutMs, maxPages, openWithinMs } = this.#limits;
    const settings = {
      path: this.path,
      migrations: this.#migrations,
      busyTimeoutMs,
      maxPages,
      ...(this.#procedures && { procedures: this.#procedures }),
    };
    return DatabaseThread.open(settings, this.#clock, openWithinMs);
  }

  #adopt(thread: DatabaseThread): void {
    this.#thread = thread;
    thread.onAnswer((answer) => {
      const batch = this.#inFlight;
      if (this.#thread !== thread || batch === undefined) return;
      batch.take(answer);
      if (batch.waiting > 0) return;
      this.#inFlight = undefined;
      this.#watchdog?.[Symbol.dispose]();
      this.#scheduleFlush();
    });
    void thread.gone.then((why) => {
      if (this.#thread === thread) this.#lose(why);
    });
    this.#enter({ kind: "open" });
  }

  #giveUp(thread: DatabaseThread): void {
    thread.kill();
    this.#lose(`it did not answer within ${this.#limits.answerWithinMs} ms`);
  }

  /** Whether the calls in flight were written is unknown: their callers repeat them, keyed by task id. */
  #lose(why: string): void {
    const lost = this.#thread;
    this.#thread = undefined;
    this.#failAll(new DatabaseUnavailableError(this.path, why));
    if (this.#closing) return;
    this.#enter({ kind: "reopening", why });
    // SQLite must have let go of the file before the next thread opens it.
    void lost?.gone.then(() => this.#reopen(0));
  }

  #reopen(step: number): void {
    if (this.#closing) return;
    this.#reopening = this.#clock.after(
      backoffDelay(reopenBackoff, step, () => 0),
      () => {
        this.#openThread().then(
          (thread) => {
            if (this.#closing) thread.kill();
            else this.#adopt(thread);
          },
          (thrown) => {
            this.#enter({ kind: "reopening", why: messageOf(thrown) });
            this.#reopen(step + 1);
          },
        );
      },
    );
  }

  #failAll(error: Error): void {
    this.#watchdog?.[Symbol.dispose]();
    this.#inFlight?.fail(error);
    this.#inFlight = undefined;
    for (const call of this.#takeWaiting(this.#waiting.size)) call.reject(error);
    this.#idle?.resolve();
  }

  #enter(state: DatabaseState): void {
    this.#state = state;
    this.#onStateChange(state);
  }
}
