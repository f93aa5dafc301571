import type { ImapFlow } from "imapflow";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { within } from "../../app_runtime/base/within.ts";
import { ImapConnectionClosedError, ImapConnectionLostError } from "./imap_errors.ts";

/** IDLE begins when no command was run for so long, so that a burst of commands does not break it each time. Milliseconds. */
const idleDelayMs = 100;

/** A server that ends IDLE sooner than this, unasked, has not understood it. Milliseconds. */
const shortestIdleMs = 1_000;

/** After so many of those it is not asked again on this connection. */
const maxIdleRefusals = 3;

/**
 * One logged-in connection, one command at a time. imapflow answers many failures with `false` or silence; here every
 * command has a limit, and one that fails ends the connection: after that nothing is known about its state, and a new one
 * costs milliseconds.
 */
export class ImapConnection {
  readonly #client: ImapFlow;
  readonly #clock: Clock;
  readonly #answerLimitMs: number;
  readonly #ended = new AbortController();
  #tail: Promise<void> = Promise.resolve();
  #lastAnswerAt: number;
  #endExpected = false;
  #commandsBegun = 0;
  #commandsEnded = 0;
  #onNews: (() => void) | undefined;
  #idlePending: Disposable | undefined;
  #idleRefusals = 0;

  /** `client` is connected. `answerLimitMs` is how long the server may take for a command that carries no bodies. */
  constructor(client: ImapFlow, clock: Clock, answerLimitMs: number) {
    this.#client = client;
    this.#clock = clock;
    this.#answerLimitMs = answerLimitMs;
    this.#lastAnswerAt = clock.now();
    client.on("error", (error) => this.#end(error));
    client.on("close", () => this.#end(this.#lost("the other side closed it")));
  }

  /** Aborts when the connection is over; its reason is the first cause. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Clock.now() of the last answered command. */
  get lastAnswerAt(): number {
    return this.#lastAnswerAt;
  }

  /**
   * Runs `command` when those before it are answered. `extraMs` is added to its limit, for transfers.
   * @throws the cause of the end when the connection is or goes over, {TimeLimitError}, or what `command` throws.
   */
  async run<T>(what: string, command: (client: ImapFlow) => Promise<T>, extraMs = 0): Promise<T> {
    this.#commandsBegun += 1;
    this.#idlePending?.[Symbol.dispose]();
    const before = this.#tail;
    const turn = Promise.withResolvers<void>();
    this.#tail = turn.promise;
    await before;
    try {
      this.ended.throwIfAborted();
      const answer = await within(this.#clock, this.#answerLimitMs + extraMs, what, command(this.#client));
      // Some commands end as if all were well when the connection dies under them, or after a BYE.
      this.ended.throwIfAborted();
      if (this.#client.byeReason !== undefined) throw this.#lost("the server said BYE");
      this.#lastAnswerAt = this.#clock.now();
      return answer;
    } catch (error) {
      throw this.#end(error);
    } finally {
      this.#commandsEnded += 1;
      turn.resolve();
      this.#idleSoon();
    }
  }

  /** Whether the server can be listened to, and has not refused it. */
  get canListen(): boolean {
    return this.#client.capabilities.has("IDLE") && this.#idleRefusals < maxIdleRefusals;
  }

  /**
   * From now on the server tells of new mail by itself (IDLE, RFC 2177) whenever no command runs; any command ends it and it
   * begins again. `onNews` is a hint, called when the number of mails grew, and once when the server stops taking IDLE.
   */
  listen(onNews: () => void): void {
    this.#onNews = onNews;
    this.#client.on("exists", ({ count, prevCount }) => {
      if (count > prevCount && !this.ended.aborted) onNews();
    });
    this.#idleSoon();
  }

  #idleSoon(): void {
    if (this.#onNews === undefined || this.ended.aborted || !this.canListen) return;
    if (this.#commandsEnded < this.#commandsBegun) return;
    this.#idlePending?.[Symbol.dispose]();
    this.#idlePending = this.#clock.after(idleDelayMs, () => void this.#idle());
  }

  /** Never rejects: a connection that dies meanwhile says so by its end. */
  async #idle(): Promise<void> {
    const [startedAt, commandsBefore] = [this.#clock.now(), this.#commandsBegun];
    const answer = await this.#client.idle().catch(() => false);
    const brokenByUs = this.#commandsBegun > commandsBefore;
    if (brokenByUs || this.ended.aborted) return;
    const refused = answer === false || this.#clock.now() - startedAt < shortestIdleMs;
    this.#idleRefusals = refused ? this.#idleRefusals + 1 : 0;
    if (this.canListen) this.#idleSoon();
    else this.#onNews?.();
  }

  /** From now on an end is no failure but what we want. */
  expectEnd(): void {
    this.#endExpected = true;
  }

  /** Ends it at once, without a word to the server. Idempotent. */
  close(): void {
    this.expectEnd();
    this.#end(undefined);
  }

  /** The first cause of the end: what fails later is only its echo. */
  #end(cause: unknown): unknown {
    if (!this.ended.aborted) {
      this.#idlePending?.[Symbol.dispose]();
      this.#ended.abort(this.#reasonFor(cause));
      this.#client.close();
    }
    return this.ended.reason;
  }

  #reasonFor(cause: unknown): unknown {
    if (this.#endExpected) return new ImapConnectionClosedError();
    return this.#client.byeReason === undefined ? cause : this.#lost("the server said BYE", cause);
  }

  #lost(why: string, cause?: unknown): ImapConnectionLostError {
    return new ImapConnectionLostError(why, { bye: this.#client.byeReason, cause });
  }
}
