import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import { TimeLimitError, within } from "../../app_runtime/base/within.ts";
import { type RedisConfig, RedisConnection } from "../redis/index.ts";
import { ClusterUnreachableError } from "./cluster_errors.ts";
import type { LuaScript } from "./lua_script.ts";

/** Between two tries to reach a Redis that has not answered yet. */
const retryMs = 1_000;

/**
 * Of the time for an answer, which is a fourth of a lease at most: a Redis that is away for a third of a lease is found again
 * before its holder must give up, which is half a lease after a renewal that fails at once.
 */
const reconnectShare = 1 / 6;

/**
 * The way to the cluster's Redis. It opens in the background: a runtime starts, and stands by, while Redis is down. Whatever
 * cannot be asked now fails at once, and what is not answered in time fails then, with a new connection.
 */
export class ClusterLink {
  readonly #config: RedisConfig;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #answerMs: number;
  readonly #stop = new AbortController();
  #connection: RedisConnection | undefined;
  #candidate: RedisConnection | undefined;
  #trouble: string | undefined = "it has not been reached yet.";
  #opening: Promise<void> | undefined;

  constructor(parts: {
    readonly config: RedisConfig;
    readonly cluster: string;
    readonly clock: Clock;
    /** How long an answer may take, in milliseconds. */
    readonly answerMs: number;
  }) {
    this.#config = parts.config;
    // In braces: a Redis of several servers then keeps all of it on one.
    this.#prefix = `app_runtime:{${parts.cluster}}`;
    this.#clock = parts.clock;
    this.#answerMs = parts.answerMs;
  }

  /** Why the last try failed; undefined while it answers. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  key(name: string): string {
    return `${this.#prefix}:${name}`;
  }

  /** Resolves when it is open or has failed once; then it goes on trying. */
  async open(): Promise<void> {
    await this.#try();
    this.#opening ??= this.#insist();
  }

  /** @throws {ClusterUnreachableError} */
  async run(script: LuaScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const connection = this.#connection;
    if (connection === undefined) throw new ClusterUnreachableError(String(this.#trouble));
    try {
      const answer = await within(this.#clock, this.#answerMs, "Redis", script.run(connection.client, keys, args));
      this.#trouble = undefined;
      return answer;
    } catch (thrown) {
      this.#trouble = messageOf(this.#failureOf(thrown, connection, keys));
      throw new ClusterUnreachableError(this.#trouble, { cause: thrown });
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#candidate?.close();
    await this.#opening;
    await this.#connection?.close();
    this.#connection = undefined;
    this.#trouble = "this runtime has left it.";
  }

  /** No answer in time: the connection is made anew, and says so. */
  #failureOf(thrown: unknown, connection: RedisConnection, keys: readonly string[]): unknown {
    if (!(thrown instanceof TimeLimitError)) return connection.failure(thrown, keys);
    connection.renew(this.#answerMs);
    return connection.failure(new Error("Connection is closed."));
  }

  async #insist(): Promise<void> {
    const { signal } = this.#stop;
    while (this.#connection === undefined && !signal.aborted) {
      await sleep(this.#clock, retryMs, signal);
      if (!signal.aborted) await this.#try();
    }
  }

  async #try(): Promise<void> {
    if (this.#connection !== undefined) return;
    try {
      const candidate = new RedisConnection(this.#config, "cluster", this.#answerMs * reconnectShare);
      this.#candidate = candidate;
      await within(this.#clock, this.#openMs, "Opening the connection to Redis", candidate.open());
      this.#connection = candidate;
      this.#trouble = undefined;
    } catch (thrown) {
      this.#trouble = messageOf(thrown);
      await this.#candidate?.close();
    }
    this.#candidate = undefined;
  }

  get #openMs(): number {
    return this.#config.connectTimeout + this.#config.answerTimeout;
  }
}
