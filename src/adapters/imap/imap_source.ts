import type { Clock } from "../../app_runtime/base/clock.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { AccessTokens } from "../../app_runtime/contracts/access_tokens.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { SourceStatus, TaskSource } from "../../app_runtime/contracts/task_source.ts";
import type { SourceParts } from "../../app_runtime/contracts/unit_kind.ts";
import { Gate, Patience, RunLedger, stopWithin, TaskPublisher } from "../../app_runtime/intake/api.ts";
import { BacklogProgress } from "./backlog_progress.ts";
import { ImapFactReporter } from "./imap_facts.ts";
import type { ImapConfig } from "./imap_schema.ts";
import { MailIntake } from "./mail_intake.ts";
import { MailMover } from "./mail_mover.ts";
import { MailOfferer } from "./mail_offerer.ts";
import { MailReader } from "./mail_reader.ts";
import { MailboxOpener } from "./mailbox_opener.ts";
import { MailboxSlot } from "./open_mailbox.ts";
import type { MailToTask } from "./received_mail.ts";
import { SessionLoop } from "./session_loop.ts";
import { Settler } from "./settler.ts";
import { sourceHealth } from "./source_health.ts";

/**
 * One folder of one IMAP mailbox as a source. Three loops share one connection: the session loop looks for unread mails,
 * the intake makes journaled tasks of them, the settler marks what is finished. A lost connection is no failure of the
 * source: it reconnects for ever, and its health says so.
 */
export class ImapSource implements TaskSource {
  readonly name: string;
  readonly #clock: Clock;
  readonly #gate = new Gate();
  readonly #ledger = new RunLedger();
  readonly #patience: Patience;
  readonly #session: SessionLoop;
  readonly #intake: MailIntake;
  readonly #settler: Settler;
  readonly #mover: MailMover;
  readonly #progress: BacklogProgress;
  readonly #watch: () => Disposable;
  readonly #settlerStop = new AbortController();
  readonly #sessionStop = new AbortController();
  #state: "stopped" | "running" | "stopping" = "stopped";
  #startedAt = 0;
  #watching: Disposable | undefined;
  #intakeDone: Promise<void> = Promise.resolve();
  #settlerDone: Promise<void> = Promise.resolve();
  #sessionDone: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(parts: {
    readonly config: ImapConfig;
    readonly parts: SourceParts;
    readonly toTask: MailToTask;
    /** For `auth: oauth2`. */
    readonly tokens?: AccessTokens | undefined;
    /** Gives 0 ≤ r < 1; spreads reconnects. */
    readonly random: () => number;
  }) {
    const { config, toTask, tokens, random } = parts;
    const { name, clock, events, journal, blobs, publisher } = parts.parts;
    this.name = name;
    this.#clock = clock;
    const facts = new ImapFactReporter(events, name);
    const [slot, intakeNews, settlerNews] = [new MailboxSlot(), new WakeUp(), new WakeUp()];
    const [gate, ledger] = [this.#gate, this.#ledger];
    const patience = new Patience({ clock, facts, random });
    const shared = { source: name, config, clock, journal, slot, ledger, patience, facts, random };

    const tasks = new TaskPublisher({ ...shared, publisher, gate });
    const offerer = new MailOfferer({ ...shared, toTask, publisher, tasks });
    const settle = () => settlerNews.wake();
    const opener = new MailboxOpener({ ...shared, onMarksWanted: settle });
    const counts = () => ({
      waiting: (opener.generation?.unseen.backlog ?? 0) + ledger.inFlight.size,
      ended: ledger.settled + ledger.dead,
    });
    const progress = new BacklogProgress({ clock, facts, counts });
    const reader = new MailReader({ ...shared, progress });
    this.#patience = patience;
    this.#progress = progress;
    this.#session = new SessionLoop({ ...shared, tokens, opener, onOpened: settle, onLooked: () => intakeNews.wake() });
    this.#intake = new MailIntake({ ...shared, gate, news: intakeNews, reader, blobs, offerer, tasks });
    this.#mover = new MailMover({ ...shared, news: settlerNews });
    this.#settler = new Settler({ ...shared, news: settlerNews, mover: this.#mover, progress });
    this.#watch = () => journal.watch(name, settle);
  }

  async start(): Promise<void> {
    if (this.#state !== "stopped" || this.#stopped !== undefined) return;
    this.#state = "running";
    this.#startedAt = this.#clock.now();
    this.#watching = this.#watch();
    this.#sessionDone = this.#session.run(this.#sessionStop.signal);
    this.#settlerDone = this.#settler.run(this.#settlerStop.signal);
    this.#intakeDone = this.#intake.run(this.#gate.shut);
  }

  async quiesce(): Promise<void> {
    this.#gate.shutForGood();
    await this.#intakeDone;
  }

  stop(signal: AbortSignal): Promise<void> {
    this.#stopped ??= this.#stop();
    return stopWithin(this.#clock, this.#stopped, signal, () => {
      this.#sessionStop.abort();
      this.#session.cut();
    });
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  trigger(): void {
    this.#session.trigger();
  }

  status(): SourceStatus {
    const { lastProofAt, failure, generation } = this.#session;
    const lastError = this.#patience.trouble ?? failure?.sentence;
    return {
      state: this.#stateName(),
      backlog: generation?.unseen.backlog ?? 0,
      inFlight: this.#ledger.inFlight.size,
      published: this.#ledger.published,
      settled: this.#ledger.settled + this.#ledger.dead,
      facts: { ...this.#figures(), ...this.#backlogFigures() },
      ...(lastProofAt === undefined ? {} : { lastProofAt }),
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  health(): HealthFinding {
    return sourceHealth({
      now: this.#clock.now(),
      startedAt: this.#startedAt,
      lastProofAt: this.#session.lastProofAt,
      promisedProofMs: this.#session.promisedProofMs,
      failure: this.#session.failure,
      trouble: this.#patience.trouble,
      deaf: this.#session.listening && this.#session.pushes.isDeaf,
      unmarked: this.#ledger.unmarked,
      unmoved: this.#mover.trouble,
      givenUp: this.#session.generation?.unseen.givenUp ?? 0,
    });
  }

  #stateName(): SourceStatus["state"] {
    if (this.#state !== "running") return this.#state;
    if (this.#session.failure !== undefined || this.#patience.trouble !== undefined) return "degraded";
    if (!this.#gate.isOpen) return "paused";
    return this.#session.lastLookAt === undefined ? "starting" : "running";
  }

  #figures(): SourceStatus["facts"] {
    const { connectedSince, lastLookAt, generation, reconnects, listening, pushes } = this.#session;
    return {
      connected: connectedSince !== undefined,
      listening,
      foundByRescan: pushes.foundByRescan,
      reconnects,
      dead: this.#ledger.dead,
      unmarked: this.#ledger.unmarked,
      unmoved: generation?.unmoved ?? 0,
      tooOld: generation?.tooOld ?? 0,
      givenUp: generation?.unseen.givenUp ?? 0,
      ...(generation === undefined ? {} : { uidValidity: generation.key.uidValidity }),
      ...(connectedSince === undefined ? {} : { connectedForMs: Math.round(this.#clock.now() - connectedSince) }),
      ...(lastLookAt === undefined ? {} : { lastLookAgeMs: Math.round(this.#clock.now() - lastLookAt) }),
    };
  }

  #backlogFigures(): SourceStatus["facts"] {
    const { view } = this.#progress;
    if (view === undefined) return {};
    const { done, total, rate, leftMs } = view;
    return {
      backlogDone: done,
      backlogTotal: total,
      mailsPerSecond: rate,
      ...(leftMs === undefined ? {} : { backlogLeftMs: leftMs }),
    };
  }

  async #stop(): Promise<void> {
    if (this.#state === "running") this.#state = "stopping";
    await this.quiesce();
    this.#settlerStop.abort();
    await this.#settlerDone;
    this.#sessionStop.abort();
    await this.#sessionDone;
    this.#watching?.[Symbol.dispose]();
    this.#state = "stopped";
  }
}
