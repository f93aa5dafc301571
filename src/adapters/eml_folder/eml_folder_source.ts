import type { Clock } from "../../app_runtime/base/clock.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { SourceStatus, TaskSource } from "../../app_runtime/contracts/task_source.ts";
import type { SourceParts } from "../../app_runtime/contracts/unit_kind.ts";
import { Gate, Patience, ReadAhead, RunLedger, stopWithin, TaskPublisher } from "../../app_runtime/intake/api.ts";
import { EmlFolderFacts } from "./eml_folder_facts.ts";
import { emlFolderHealth } from "./eml_folder_health.ts";
import type { EmlFolderConfig } from "./eml_folder_schema.ts";
import { FileIntake } from "./file_intake.ts";
import { FileOfferer } from "./file_offerer.ts";
import { FileReader, type ReadFile } from "./file_reader.ts";
import { FolderPlaces } from "./folder_places.ts";
import { FolderSettler } from "./folder_settler.ts";
import { LookLoop } from "./look_loop.ts";
import { NewFiles } from "./new_files.ts";
import type { FileToTask } from "./received_file.ts";
import { type StoredMail, storeFiles } from "./store_files.ts";

/**
 * A directory with mails as files as a source. Three loops: one looks for new files, the intake makes journaled tasks of
 * them, the settler moves what is finished. A directory that is gone is no failure of the source: it waits for it, and
 * its health says so.
 */
export class EmlFolderSource implements TaskSource {
  readonly name: string;
  readonly #clock: Clock;
  readonly #gate = new Gate();
  readonly #ledger = new RunLedger();
  readonly #files: NewFiles;
  readonly #patience: Patience;
  readonly #looks: LookLoop;
  readonly #intake: ReadAhead<readonly ReadFile[], readonly StoredMail[]>;
  readonly #settler: FolderSettler;
  readonly #watchJournal: () => Disposable;
  readonly #settlerStop = new AbortController();
  readonly #looksStop = new AbortController();
  #state: "stopped" | "running" | "stopping" = "stopped";
  #startedAt = 0;
  #watching: Disposable | undefined;
  #running: { readonly looks: Promise<void>; readonly intake: Promise<void>; readonly settler: Promise<void> } = {
    looks: Promise.resolve(),
    intake: Promise.resolve(),
    settler: Promise.resolve(),
  };
  #stopped: Promise<void> | undefined;

  constructor(parts: {
    readonly config: EmlFolderConfig;
    readonly parts: SourceParts;
    readonly toTask: FileToTask;
    /** How many files of a full directory are listed at most: the oldest. Bounds memory. */
    readonly listLimit: number;
    /** Gives 0 ≤ r < 1; spreads retries. */
    readonly random: () => number;
  }) {
    const { config, toTask, random } = parts;
    const { name, clock, events, journal, blobs, publisher } = parts.parts;
    this.name = name;
    this.#clock = clock;
    const places = new FolderPlaces(config.directory);
    const facts = new EmlFolderFacts(events, name);
    const [intakeNews, settlerNews] = [new WakeUp(), new WakeUp()];
    const [gate, ledger, files] = [this.#gate, this.#ledger, new NewFiles(config.settleTime)];
    const patience = new Patience({ clock, facts, random });
    const shared = { source: name, config, clock, journal, places, files, ledger, patience, facts, random };

    const settle = () => settlerNews.wake();
    const tasks = new TaskPublisher({ ...shared, publisher, gate });
    const limits = { files: config.window, bytes: config.windowSize, maxMailBytes: config.maxMailSize };
    const reader = new FileReader({ ...shared, directory: places.fresh, limits });
    const offerer = new FileOfferer({ ...shared, toTask, publisher, tasks, onMovesWanted: settle });
    const onEmpty = () => {
      settle();
      if (files.hasUnlisted) this.#looks.trigger();
    };
    const batches = new FileIntake({ ...shared, gate, news: intakeNews, reader, onEmpty });
    const steps = {
      read: (signal: AbortSignal) => batches.nextBatch(signal),
      store: (read: readonly ReadFile[]) => storeFiles(blobs, read),
      offer: (mails: readonly StoredMail[], signal: AbortSignal) => offerer.offer(mails, signal),
    };
    const onLooked = () => {
      intakeNews.wake();
      settle();
    };
    this.#files = files;
    this.#patience = patience;
    this.#looks = new LookLoop({ ...shared, listLimit: parts.listLimit, onLooked });
    this.#intake = new ReadAhead({ tasks, patience, steps });
    this.#settler = new FolderSettler({ ...shared, news: settlerNews });
    this.#watchJournal = () => journal.watch(name, settle);
  }

  async start(): Promise<void> {
    if (this.#state !== "stopped" || this.#stopped !== undefined) return;
    this.#state = "running";
    this.#startedAt = this.#clock.now();
    this.#watching = this.#watchJournal();
    this.#running = {
      looks: this.#looks.run(this.#looksStop.signal),
      settler: this.#settler.run(this.#settlerStop.signal),
      intake: this.#intake.run(this.#gate.shut),
    };
  }

  async quiesce(): Promise<void> {
    this.#gate.shutForGood();
    await this.#running.intake;
  }

  stop(signal: AbortSignal): Promise<void> {
    this.#stopped ??= this.#stop();
    return stopWithin(this.#clock, this.#stopped, signal, () => this.#looksStop.abort());
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  trigger(): void {
    this.#looks.trigger();
  }

  status(): SourceStatus {
    const { lastLookAt, failure } = this.#looks;
    const lastError = this.#patience.trouble ?? failure?.sentence ?? this.#settler.refusal;
    return {
      state: this.#stateName(),
      backlog: this.#files.backlog,
      inFlight: this.#ledger.inFlight.size,
      published: this.#ledger.published,
      settled: this.#ledger.settled + this.#ledger.dead,
      facts: this.#figures(),
      ...(lastLookAt === undefined ? {} : { lastProofAt: lastLookAt }),
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  health(): HealthFinding {
    return emlFolderHealth({
      now: this.#clock.now(),
      startedAt: this.#startedAt,
      lastLookAt: this.#looks.lastLookAt,
      promisedProofMs: this.#looks.promisedProofMs,
      failure: this.#looks.failure,
      trouble: this.#patience.trouble,
      refusal: this.#settler.refusal,
      setAside: this.#files.setAsideCount,
      anAside: this.#files.anAside,
    });
  }

  #stateName(): SourceStatus["state"] {
    if (this.#state !== "running") return this.#state;
    if (this.#looks.failure !== undefined || this.#patience.trouble !== undefined) return "degraded";
    if (!this.#gate.isOpen) return "paused";
    return this.#looks.lastLookAt === undefined ? "starting" : "running";
  }

  #figures(): SourceStatus["facts"] {
    const { lastLookAt, isListening, foundByRescan } = this.#looks;
    return {
      listening: isListening,
      foundByRescan,
      dead: this.#ledger.dead,
      unmoved: this.#ledger.unmarked,
      setAside: this.#files.setAsideCount,
      ...(lastLookAt === undefined ? {} : { lastLookAgeMs: Math.round(this.#clock.now() - lastLookAt) }),
    };
  }

  async #stop(): Promise<void> {
    if (this.#state === "running") this.#state = "stopping";
    await this.quiesce();
    this.#settlerStop.abort();
    await this.#running.settler;
    this.#looksStop.abort();
    await this.#running.looks;
    this.#watching?.[Symbol.dispose]();
    this.#state = "stopped";
  }
}
