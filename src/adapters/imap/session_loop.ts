import type { Clock } from "../../app_runtime/base/clock.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import { connect } from "./commands/connect.ts";
import { logout } from "./commands/logout.ts";
import { noop } from "./commands/noop.ts";
import { searchUnseen } from "./commands/search_unseen.ts";
import type { ImapConnection } from "./imap_connection.ts";
import type { ImapFactReporter } from "./imap_facts.ts";
import { type ImapFailure, imapFailure } from "./imap_failure.ts";
import type { ImapConfig } from "./imap_schema.ts";
import { taskIdOf } from "./mailbox_key.ts";
import type { MailboxOpener } from "./mailbox_opener.ts";
import type { Generation, MailboxSlot, OpenMailbox } from "./open_mailbox.ts";
import { healthySessionMs, reconnectDelay } from "./reconnect_delay.ts";
import type { RunLedger } from "./run_ledger.ts";

/**
 * Keeps one connection: connect, open the folder, look at it again and again; after a failure wait and start over, for
 * ever. Every look is the same scan, whatever caused it: the timer, a trigger, a reconnect.
 */
export class SessionLoop {
  readonly #config: ImapConfig;
  readonly #clock: Clock;
  readonly #opener: MailboxOpener;
  readonly #slot: MailboxSlot;
  readonly #ledger: RunLedger;
  readonly #facts: ImapFactReporter;
  readonly #random: () => number;
  readonly #onOpened: () => void;
  readonly #onLooked: () => void;
  readonly #wanted = new WakeUp();
  #connection: ImapConnection | undefined;
  #failure: ImapFailure | undefined;
  #streak = 0;
  #reconnects = 0;
  #lastProofAt: number | undefined;
  #lastLookAt: number | undefined;
  #connectedSince: number | undefined;

  constructor(parts: {
    readonly config: ImapConfig;
    readonly clock: Clock;
    readonly opener: MailboxOpener;
    readonly slot: MailboxSlot;
    readonly ledger: RunLedger;
    readonly facts: ImapFactReporter;
    readonly random: () => number;
    /** There is a mailbox to work with again. */
    readonly onOpened: () => void;
    /** The list of unread mails is fresh. */
    readonly onLooked: () => void;
  }) {
    this.#config = parts.config;
    this.#clock = parts.clock;
    this.#opener = parts.opener;
    this.#slot = parts.slot;
    this.#ledger = parts.ledger;
    this.#facts = parts.facts;
    this.#random = parts.random;
    this.#onOpened = parts.onOpened;
    this.#onLooked = parts.onLooked;
  }

  /** Why there is no working session; undefined once a look succeeded. */
  get failure(): ImapFailure | undefined {
    return this.#failure;
  }

  get reconnects(): number {
    return this.#reconnects;
  }

  /** Clock.now() of the last answer of the server. */
  get lastProofAt(): number | undefined {
    return this.#connection?.lastAnswerAt ?? this.#lastProofAt;
  }

  /** Clock.now() of the last finished look. */
  get lastLookAt(): number | undefined {
    return this.#lastLookAt;
  }

  /** Clock.now() of the login; undefined while there is no connection. */
  get connectedSince(): number | undefined {
    return this.#connectedSince;
  }

  get generation(): Generation | undefined {
    return this.#opener.generation;
  }

  /** The longest wait between two signs of life the config promises, with the time a dying connection may take. */
  get promisedProofMs(): number {
    return this.#probeIntervalMs + this.#config.socketTimeout + Math.min(10_000, this.#config.socketTimeout / 2);
  }

  /** Looks at once, or tries to connect at once. */
  trigger(): void {
    this.#wanted.wake();
  }

  /** Ends the connection without a word: the time for a farewell is over. */
  cut(): void {
    this.#connection?.close();
  }

  /** Works until `signal` aborts; then says goodbye to the server and resolves. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const failure = await this.#session(signal);
      if (failure === undefined || signal.aborted) continue;
      await this.#waitAfter(failure, signal);
    }
  }

  async #waitAfter(failure: ImapFailure, signal: AbortSignal): Promise<void> {
    this.#failure = failure;
    const { reconnectMin: minMs, reconnectMax: maxMs, refusedWait: refusedMs } = this.#config;
    const waitMs = reconnectDelay({ minMs, maxMs, refusedMs }, failure, this.#streak, this.#random);
    this.#streak += 1;
    this.#facts.report("imap_session_failed", { sentence: failure.sentence, reason: failure.kind, waitMs });
    await this.#wanted.wait(this.#clock, waitMs, signal);
    this.#reconnects += 1;
  }

  /** One connection from login to end. Resolves with the failure that ended it; undefined when we wanted the end. */
  async #session(signal: AbortSignal): Promise<ImapFailure | undefined> {
    try {
      const connection = await connect(this.#config, this.#clock, signal);
      this.#connection = connection;
      this.#connectedSince = this.#clock.now();
      // A lost connection is noticed at once, not at the next look.
      connection.ended.addEventListener("abort", () => this.#wanted.wake(), { once: true });
      await this.#work(connection, signal);
      await logout(connection, this.#clock);
      return undefined;
    } catch (error) {
      return imapFailure(error, this.#config);
    } finally {
      this.#endSession();
    }
  }

  #endSession(): void {
    this.#connection?.close();
    this.#lastProofAt = this.lastProofAt;
    const lastedMs = this.#clock.now() - (this.#connectedSince ?? this.#clock.now());
    if (lastedMs >= healthySessionMs) this.#streak = 0;
    this.#connection = undefined;
    this.#connectedSince = undefined;
    // Its end has woken us, too, and must not cut the next wait short.
    this.#wanted.forget();
  }

  /** Looks until a fresh session is due or `signal` aborts. @throws the reason when the connection ends. */
  async #work(connection: ImapConnection, signal: AbortSignal): Promise<void> {
    const mailbox = await this.#opener.open(connection, signal);
    this.#slot.set(mailbox);
    this.#onOpened();
    const renewAt = this.#clock.now() + this.#config.freshSession;
    while (!signal.aborted) {
      await this.#look(mailbox);
      await this.#waitForNextLook(connection, signal);
      if (this.#clock.now() >= renewAt) {
        mailbox.generation.unseen.secondChance();
        this.#facts.report("imap_session_renewed");
        return;
      }
    }
  }

  /** NOOP first: without it Dovecot searches in what it showed this session before. */
  async #look({ connection, generation, floor }: OpenMailbox): Promise<void> {
    await noop(connection);
    const found = await searchUnseen(connection, floor);
    generation.unseen.found(found, (uid) => this.#ledger.inFlight.has(taskIdOf(generation.key, uid)));
    this.#lastLookAt = this.#clock.now();
    this.#failure = undefined;
    this.#onLooked();
  }

  /** Waits for the poll interval or a trigger, and keeps an unused connection alive meanwhile. */
  async #waitForNextLook(connection: ImapConnection, signal: AbortSignal): Promise<void> {
    const lookAt = this.#clock.now() + this.#config.pollInterval;
    for (;;) {
      const waitMs = Math.max(0, Math.min(lookAt - this.#clock.now(), this.#probeIntervalMs));
      const triggered = await this.#wanted.wait(this.#clock, waitMs, signal);
      connection.ended.throwIfAborted();
      if (triggered || signal.aborted || this.#clock.now() >= lookAt) return;
      await noop(connection);
    }
  }

  /** Half the socket timeout at most, or the library would take our own silence for the server's. */
  get #probeIntervalMs(): number {
    return Math.min(this.#config.pollInterval, this.#config.maxIdle, this.#config.socketTimeout / 2);
  }
}
