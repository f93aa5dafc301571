import type { ImapFlow } from "imapflow";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { within } from "../../app_runtime/base/within.ts";
import { ImapConnectionClosedError, ImapConnectionLostError } from "./imap_errors.ts";

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
      turn.resolve();
    }
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
