import type { Clock } from "../../app_runtime/base/clock.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { AccessTokens } from "../../app_runtime/contracts/access_tokens.ts";
import type { RunLedger } from "../../app_runtime/intake/api.ts";
import { connect } from "./commands/connect.ts";
import { logout } from "./commands/logout.ts";
import { noop } from "./commands/noop.ts";
import { searchUnhandled } from "./commands/search_unhandled.ts";
import type { ImapConnection } from "./imap_connection.ts";
import type { ImapFactReporter } from "./imap_facts.ts";
import { type ImapFailure, imapFailure } from "./imap_failure.ts";
import type { ImapConfig } from "./imap_schema.ts";
import { taskIdOf } from "./mailbox_key.ts";
import type { MailboxOpener } from "./mailbox_opener.ts";
import type { Generation, MailboxSlot, OpenMailbox } from "./open_mailbox.ts";
import { type LookCause, PushWatch } from "./push_watch.ts";
import { healthySessionMs, reconnectDelay } from "./reconnect_delay.ts";

/** Looks that the server asks for take at most this share of the time, however fast mail comes ... */
const lookingShare = 0.1;

/** ... unless looking is so slow that mail would wait for longer than this. Milliseconds. */
const longestRoomMs = 5_000;

/**
 * Keeps one connection: connect, open the folder, look at it again and again; after a failure wait and start over, for
 * ever. Every look is the same scan, whatever caused it: the server's word (IDLE), the timer, a trigger, a reconnect.
 */
export class SessionLoop {
  readonly #config: ImapConfig;
  readonly #clock: Clock;
  readonly #tokens: AccessTokens | undefined;
  readonly #opener: MailboxOpener;
  readonly #slot: MailboxSlot;
  readonly #ledger: RunLedger;
  readonly #facts: ImapFactReporter;
  readonly #random: () => number;
  readonly #onOpened: () => void;
  readonly #onLooked: () => void;
  readonly #wanted = new WakeUp();
  readonly #pushes = new PushWatch();
  /** What woke us since the last look began. */
  #wokenBy: LookCause = "timer";
  #lookTookMs = 0;
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
    readonly tokens: AccessTokens | undefined;
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
    this.#tokens = parts.tokens;
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

  /** The server tells of new mail by itself. */
  get listening(): boolean {
    return this.#config.mode === "idle" && this.#connection?.canListen === true;
  }

  get pushes(): Pick<PushWatch, "foundByRescan" | "isDeaf"> {
    return this.#pushes;
  }

  /** Looks at once, or tries to connect at once. */
  trigger(): void {
    this.#wake("asked");
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
      const connection = await connect({ config: this.#config, clock: this.#clock, tokens: this.#tokens }, signal);
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
    this.#listen(connection);
    const renewAt = this.#clock.now() + this.#config.freshSession;
    let cause: LookCause = "opened";
    while (!signal.aborted) {
      const deaf = await this.#look(mailbox, cause);
      cause = await this.#waitForNextLook(connection, renewAt, signal);
      if (deaf || this.#clock.now() >= renewAt) {
        mailbox.generation.unseen.secondChance();
        this.#facts.report("imap_session_renewed");
        return;
      }
    }
  }

  #listen(connection: ImapConnection): void {
    if (this.#config.mode !== "idle") return;
    if (connection.canListen) connection.listen(() => this.#wake("told"));
    else this.#facts.report("imap_no_idle", { everyMs: this.#config.pollInterval });
  }

  #wake(cause: LookCause): void {
    if (cause === "asked" || this.#wokenBy === "timer") this.#wokenBy = cause;
    this.#wanted.wake();
  }

  /**
   * NOOP first: without it Dovecot searches in what it showed this session before. Answers whether the server keeps
   * forgetting to tell of mail: then a new session may help.
   */
  async #look({ connection, generation, floor, doneFlag }: OpenMailbox, cause: LookCause): Promise<boolean> {
    const startedAt = this.#clock.now();
    await noop(connection);
    // What was told until now, the search will find.
    this.#wanted.forget();
    this.#wokenBy = "timer";
    const found = await searchUnhandled(connection, floor, doneFlag);
    generation.unseen.found(found, (uid) => this.#ledger.inFlight.has(taskIdOf(generation.key, uid)));
    this.#lastLookAt = this.#clock.now();
    this.#lookTookMs = this.#lastLookAt - startedAt;
    this.#failure = undefined;
    this.#onLooked();
    const mails = this.#pushes.looked(cause, generation, found, this.listening);
    if (mails > 0) this.#facts.report("imap_found_by_rescan", { mails, everyMs: this.#lookIntervalMs });
    return mails > 0 && this.#pushes.isDeaf;
  }

  /** Until the server tells of mail, somebody asks, it is time or a fresh session is due; keeps the connection alive meanwhile. */
  async #waitForNextLook(connection: ImapConnection, renewAt: number, signal: AbortSignal): Promise<LookCause> {
    const lookAt = Math.min(this.#clock.now() + this.#lookIntervalMs, renewAt);
    for (;;) {
      const waitMs = Math.max(0, Math.min(lookAt - this.#clock.now(), this.#probeIntervalMs));
      const woken = await this.#wanted.wait(this.#clock, waitMs, signal);
      connection.ended.throwIfAborted();
      if (woken && this.#wokenBy === "told") await this.#leaveRoom(signal);
      if (woken || signal.aborted || this.#clock.now() >= lookAt) return this.#wokenBy;
      await this.#probe(connection);
    }
  }

  /** What the server tells only because it was asked, it has not told by itself. */
  async #probe(connection: ImapConnection): Promise<void> {
    await noop(connection);
    if (this.#wokenBy === "told") this.#wokenBy = "timer";
  }

  /** A look at a folder of 50,000 mails takes a while: other commands must have their turn between two of them. */
  async #leaveRoom(signal: AbortSignal): Promise<void> {
    const roomMs = Math.min(this.#lookTookMs * (1 / lookingShare - 1), longestRoomMs);
    const restMs = (this.#lastLookAt ?? 0) + roomMs - this.#clock.now();
    if (restMs > 0) await sleep(this.#clock, restMs, signal);
  }

  get #lookIntervalMs(): number {
    return this.listening ? this.#config.rescanInterval : this.#config.pollInterval;
  }

  /** Half the socket timeout at most, or the library would take our own silence for the server's. */
  get #probeIntervalMs(): number {
    return Math.min(this.#lookIntervalMs, this.#config.maxIdle, this.#config.socketTimeout / 2);
  }
}
