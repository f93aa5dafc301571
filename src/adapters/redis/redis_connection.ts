import { createRequire } from "node:module";
import type { Redis, RedisOptions } from "ioredis";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { type RedisAddress, redisAddress } from "./redis_address.ts";
import { RedisUnreachableError } from "./redis_errors.ts";
import { type RedisFacts, readFacts, refuseUnfit } from "./redis_facts.ts";
import { redisFailure } from "./redis_failure.ts";
import type { RedisConfig } from "./redis_schema.ts";

/** Between two attempts to connect again: at most this, so that work goes on soon after the server is back. */
const usualRetryMs = 2_000;
/** A server that took writes for so long is no longer suspected of being a replica. */
const forgottenMs = 10_000;
const keepAliveMs = 10_000;
/** How long a server that we leave may take to say so, too. */
const goodbyeMs = 200;

/**
 * One connection to a Redis. It comes back by itself after a loss, within about two seconds of the server; what was asked
 * meanwhile fails at once instead of waiting in a line nobody sees, and nothing is sent a second time without being told.
 */
export class RedisConnection {
  readonly client: Redis;
  readonly #address: RedisAddress;
  readonly #config: RedisConfig;
  #facts: RedisFacts | undefined;
  #lastError: unknown;
  /** How often in a row the server was a replica, and when it was last. */
  #refusals = 0;
  #refusedAt = 0;
  #closed = false;
  #greeting: NodeJS.Timeout | undefined;
  /** Thrown away, and its socket has not ended yet. */
  #isGivenUp = false;

  /** `name` is what `CLIENT LIST` shows on the server; it is tried at least every `longestRetryMs` while it is away. */
  constructor(config: RedisConfig, name: string, longestRetryMs: number = usualRetryMs) {
    this.#config = config;
    this.#address = redisAddress(config);
    const options: Omit<RedisOptions, "replyMapping"> = {
      ...this.#address.options,
      connectionName: name.replace(/[^\w.:-]/g, "_"),
      lazyConnect: true,
      connectTimeout: config.connectTimeout,
      keepAlive: keepAliveMs,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      // After a failover the name may lead to another server.
      reconnectOnError: (error) => this.#leavesReplica(error),
      retryStrategy: (times) => {
        if (this.#closed || this.#facts === undefined) return null;
        return retryDelayMs(Math.max(times, this.#refusals), longestRetryMs);
      },
      disconnectTimeout: goodbyeMs,
    };
    this.client = newClient(options);
    this.client.on("connect", () => this.#limitGreeting());
    for (const event of ["ready", "close", "end"]) this.client.on(event, () => clearTimeout(this.#greeting));
    for (const event of ["connect", "close"]) {
      this.client.on(event, () => {
        this.#isGivenUp = false;
      });
    }
    this.client.on("error", (error) => {
      this.#lastError = error;
    });
  }

  /** host:port/db, for people. */
  get address(): string {
    return this.#address.text;
  }

  /** What the server said of itself when it was last looked at. */
  get facts(): RedisFacts | undefined {
    return this.#facts;
  }

  get isReady(): boolean {
    return this.client.status === "ready";
  }

  /** Connects and looks at the server. @throws {RedisUnreachableError}, {RedisLoginError}, {RedisUnfitError}: then it is closed. */
  async open(): Promise<RedisFacts> {
    try {
      await this.client.connect();
      return await this.check();
    } catch (error) {
      await this.close();
      throw this.failure(isClosing(error) ? (this.#lastError ?? error) : error);
    }
  }

  /** Looks whether the server is still one that will do. @throws {RedisUnfitError} */
  async check(): Promise<RedisFacts> {
    const facts = await this.look();
    refuseUnfit(this.address, facts);
    return facts;
  }

  /** Asks the server what it is: after a loss it may be another one. */
  async look(): Promise<RedisFacts> {
    this.#facts = readFacts(await this.client.info());
    return this.#facts;
  }

  /** What was thrown, in plain words; `keys` are those that were asked for. */
  failure(error: unknown, keys: readonly string[] = []): unknown {
    const isLoginRefused = isClosing(error) && !this.isReady && this.#lastError !== undefined;
    return redisFailure(this.address, isLoginRefused ? this.#lastError : error, keys);
  }

  /** The server did not answer for `afterMs`: the connection is thrown away, everything that waits on it fails, and a new one is made. */
  renew(afterMs: number = this.#config.answerTimeout): void {
    this.#giveUp(afterMs);
  }

  /** Leaves no timer and no socket. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const { client } = this;
    if (client.status === "end") return;
    // Between two attempts there is no socket whose end could be waited for.
    const isBetween = client.status === "reconnecting" || client.status === "close";
    const ended = new Promise<void>((resolve) => client.once("end", resolve));
    client.disconnect();
    if (!isBetween) await ended;
  }

  /** It may be one for a while: each time the connection is made anew a little later. */
  #leavesReplica(error: Error): boolean {
    if (!error.message.startsWith("READONLY")) return false;
    const now = performance.now();
    this.#refusals = now - this.#refusedAt > forgottenMs ? 1 : this.#refusals + 1;
    this.#refusedAt = now;
    this.#lastError = error;
    return true;
  }

  /** A way that swallows everything lets connect, and then nobody answers the login. */
  #limitGreeting(): void {
    const { connectTimeout } = this.#config;
    clearTimeout(this.#greeting);
    this.#greeting = setTimeout(() => this.#giveUp(connectTimeout), connectTimeout);
  }

  #giveUp(afterMs: number): void {
    this.#lastError = new RedisUnreachableError(this.address, `no answer within ${afterMs} ms`);
    // Everybody who waits for the same server says so; each disconnect would listen to the socket once more.
    if (this.#closed || this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.client.disconnect(true);
  }
}

/** Loaded with the first connection: whoever only reads the schema pays nothing for a Redis that nobody uses. */
function newClient(options: Omit<RedisOptions, "replyMapping">): Redis {
  const { Redis: Client } = createRequire(import.meta.url)("ioredis") as typeof import("ioredis");
  return new Client(options);
}

function retryDelayMs(times: number, longestRetryMs: number): number {
  return Math.min(longestRetryMs, 50 * 2 ** Math.min(times - 1, 10)) * (0.9 + 0.1 * Math.random());
}

function isClosing(error: unknown): boolean {
  return /Connection is closed|writeable|max retries per request/.test(messageOf(error));
}
