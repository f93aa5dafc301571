import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { RedisConnection } from "../redis/index.ts";
import { type QueueOp, queueScript, queueScriptSha } from "./lua/queue_script.ts";
import type { QueueFigures, Standing } from "./queue_figures.ts";

type Argument = string | number;

/** The script's answer: what it found, and what it moved. */
type Reply = readonly [unknown, number, number, number, number, string];

/** [mark, waiting, delayed, leased, dead, oldest ready, next due, ready now, milliseconds until a lease runs out, trail] */
export type LookReply = readonly [string, number, number, number, number, number, number, number, number, number];

/** Round trips that the two clocks are compared with: the fastest one counts, and one this fast is good enough. */
const comparisons = 15;
const fastMs = 0.3;

/** Runs the queue's script over one connection, so that answers come in the order of the questions, and keeps the figures. */
export class ScriptRunner {
  readonly #connection: RedisConnection;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #figures: QueueFigures;
  readonly #answerMs: number;
  readonly #onMoved: () => void;
  #owed = 0;
  #heardAt = 0;
  #watch: Disposable | undefined;
  /** Clock.now() minus the milliseconds of Redis. */
  #offsetMs = 0;

  constructor(parts: {
    readonly connection: RedisConnection;
    readonly key: string;
    readonly clock: Clock;
    readonly figures: QueueFigures;
    readonly answerMs: number;
    readonly onMoved: () => void;
  }) {
    this.#connection = parts.connection;
    this.#key = parts.key;
    this.#clock = parts.clock;
    this.#figures = parts.figures;
    this.#answerMs = parts.answerMs;
    this.#onMoved = parts.onMoved;
  }

  get isReady(): boolean {
    return this.#connection.isReady;
  }

  /** Milliseconds of Redis as Clock.now(). */
  localTime(redisMs: number): number {
    return redisMs + this.#offsetMs;
  }

  /** @throws {RedisUnreachableError}, {RedisFullError} and their like. */
  async run<T>(op: QueueOp, ...args: Argument[]): Promise<{ readonly result: T; readonly at: number }> {
    const reply = await this.#ask(op, args);
    this.#note(op, reply);
    return { result: reply[0] as T, at: this.localTime(Number(reply[5]) / 1_000) };
  }

  /** Redis keeps its own time; ours is compared with it once per connection, so that differences stay exact. */
  async compareClocks(): Promise<void> {
    let fastestMs = Number.POSITIVE_INFINITY;
    for (let n = 0; n < comparisons && fastestMs > fastMs; n += 1) {
      const before = this.#clock.now();
      const [seconds, micros] = await this.#connection.client.time();
      const after = this.#clock.now();
      if (after - before >= fastestMs) continue;
      fastestMs = after - before;
      this.#offsetMs = (before + after) / 2 - (Number(seconds) * 1_000 + Number(micros) / 1_000);
    }
  }

  close(): void {
    this.#watch?.[Symbol.dispose]();
  }

  /** Here and not where the result goes: two answers may come in one piece, and the figures must follow their order. */
  #note(op: QueueOp, [result, waiting, delayed, leased, dead]: Reply): void {
    if (op === "look") this.#figures.found(standingOf(result as LookReply, (at) => this.localTime(at)));
    else this.#figures.moved([waiting, delayed, leased, dead], this.#clock.now());
    this.#onMoved();
  }

  async #ask(op: QueueOp, args: readonly Argument[]): Promise<Reply> {
    this.#expectAnswer();
    try {
      return await this.#evaluate(op, args);
    } catch (error) {
      throw this.#connection.failure(error);
    } finally {
      this.#owed -= 1;
      this.#heardAt = this.#clock.now();
    }
  }

  async #evaluate(op: QueueOp, args: readonly Argument[]): Promise<Reply> {
    const { client } = this.#connection;
    try {
      return (await client.evalsha(queueScriptSha, 1, this.#key, op, ...args)) as Reply;
    } catch (error) {
      if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
      return (await client.eval(queueScript, 1, this.#key, op, ...args)) as Reply;
    }
  }

  /** A server that hangs closes no connection: whoever waits for it would wait for ever. */
  #expectAnswer(): void {
    if (this.#owed === 0) this.#heardAt = this.#clock.now();
    this.#owed += 1;
    this.#watch ??= this.#clock.after(this.#answerMs, () => this.#lookAtWatch());
  }

  #lookAtWatch(): void {
    this.#watch = undefined;
    if (this.#owed === 0) return;
    const silentMs = this.#clock.now() - this.#heardAt;
    if (silentMs >= this.#answerMs) this.#connection.renew();
    this.#watch = this.#clock.after(Math.max(1, this.#answerMs - silentMs), () => this.#lookAtWatch());
  }
}

function standingOf(
  [, waiting, delayed, leased, dead, oldest]: LookReply,
  localTime: (at: number) => number,
): Standing {
  return { waiting, delayed, leased, dead, oldestReadyAt: oldest === 0 ? undefined : localTime(oldest) };
}
