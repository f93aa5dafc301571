import { stat } from "node:fs/promises";
import { backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { EmlFolderFacts } from "./eml_folder_facts.ts";
import type { EmlFolderConfig } from "./eml_folder_schema.ts";
import { type FolderFailure, folderFailure } from "./folder_failure.ts";
import type { FolderPlaces } from "./folder_places.ts";
import { FolderWatch } from "./folder_watch.ts";
import type { NewFiles } from "./new_files.ts";
import { scanFolder } from "./scan_folder.ts";

/** Between two looks, however many changes are told; and three times what a look takes. */
const breathMs = 50;

/** How long a look at a large directory may take before it counts as silence. */
const slowLookMs = 30_000;

/**
 * Looks at `new` again and again. Every look is the same scan, whatever caused it: a hint of the system, the timer, a
 * trigger, a file that may be complete by now. A directory that cannot be read is looked for until it can.
 */
export class LookLoop {
  readonly #config: EmlFolderConfig;
  readonly #listLimit: number;
  readonly #clock: Clock;
  readonly #places: FolderPlaces;
  readonly #files: NewFiles;
  readonly #facts: EmlFolderFacts;
  readonly #random: () => number;
  readonly #onLooked: () => void;
  readonly #wanted = new WakeUp();
  readonly #watch: FolderWatch;
  #failure: FolderFailure | undefined;
  #streak = 0;
  #wasOpen = false;
  #wasHinted = false;
  #lastLookAt: number | undefined;
  #nextHealingAt = 0;
  #foundByRescan = 0;

  constructor(parts: {
    readonly config: EmlFolderConfig;
    readonly listLimit: number;
    readonly clock: Clock;
    readonly places: FolderPlaces;
    readonly files: NewFiles;
    readonly facts: EmlFolderFacts;
    readonly random: () => number;
    /** The list of files is fresh, and the directory is there. */
    readonly onLooked: () => void;
  }) {
    this.#config = parts.config;
    this.#listLimit = parts.listLimit;
    this.#clock = parts.clock;
    this.#places = parts.places;
    this.#files = parts.files;
    this.#facts = parts.facts;
    this.#random = parts.random;
    this.#onLooked = parts.onLooked;
    const directory = this.#places.fresh;
    this.#watch = new FolderWatch({
      directory,
      onChange: () => this.#hint(),
      onUnavailable: (why) => {
        this.#facts.report("eml_watch_unavailable", { directory, why, everyMs: this.#config.rescanInterval });
      },
    });
  }

  /** Why no mails can be taken; undefined once a look succeeded. */
  get failure(): FolderFailure | undefined {
    return this.#failure;
  }

  /** Clock.now() of the last look that succeeded. */
  get lastLookAt(): number | undefined {
    return this.#lastLookAt;
  }

  get isListening(): boolean {
    return this.#watch.isListening;
  }

  /** Files the system had not told of. */
  get foundByRescan(): number {
    return this.#foundByRescan;
  }

  /** The longest wait between two looks the config promises. */
  get promisedProofMs(): number {
    return this.#config.rescanInterval + slowLookMs;
  }

  /** Looks at once. */
  trigger(): void {
    this.#hint();
  }

  /** Works until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#tryToLook(signal);
      if (signal.aborted) break;
      await this.#wanted.wait(this.#clock, waitMs, signal);
    }
    this.#watch.close();
  }

  /** Resolves with how long to wait for the next look unless there is a hint. */
  async #tryToLook(signal: AbortSignal): Promise<number> {
    const startedAt = this.#clock.now();
    try {
      // A network drive may never answer; whoever stops does not wait for it.
      await unlessAborted(signal, this.#look(signal));
      await sleep(this.#clock, Math.max(breathMs, 3 * (this.#clock.now() - startedAt)), signal);
      return this.#untilNextLook();
    } catch (error) {
      return signal.aborted ? 0 : this.#fail(error);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const isRescan = !this.#wasHinted && this.#lastLookAt !== undefined;
    const healing = now >= this.#nextHealingAt;
    this.#wasHinted = false;
    await this.#places.prepare();
    const { ino } = await stat(this.#places.fresh, { bigint: true });
    if (signal.aborted) return;
    const wasListening = this.#watch.isListening;
    // Listening comes first, so that nothing falls between the two.
    this.#watch.listenTo(ino);
    if (!healing && this.#files.isFull) return;
    const looked = { healing, listLimit: this.#listLimit, now: () => this.#clock.now(), facts: this.#facts };
    const unseen = await scanFolder(this.#places.fresh, this.#files, looked);
    if (healing) this.#nextHealingAt = now + this.#config.rescanInterval;
    if (isRescan && wasListening && !this.#wasHinted) this.#foundByRescan += unseen;
    this.#succeed();
  }

  #succeed(): void {
    this.#lastLookAt = this.#clock.now();
    this.#failure = undefined;
    this.#streak = 0;
    if (!this.#wasOpen) {
      this.#facts.report("eml_folder_opened", { directory: this.#places.root, files: this.#files.backlog });
    }
    this.#wasOpen = true;
    this.#onLooked();
  }

  #fail(error: unknown): number {
    this.#watch.close();
    this.#files.forgetListed();
    this.#failure = folderFailure(error, this.#places.root);
    const { sentence, kind: reason } = this.#failure;
    const longest = this.#config.rescanInterval;
    const backoff = { initialDelayMs: Math.min(1_000, longest), maxDelayMs: longest, factor: 2, jitter: 0.1 };
    const waitMs = backoffDelay(backoff, this.#streak, this.#random);
    this.#streak += 1;
    this.#wasOpen = false;
    this.#facts.report("eml_folder_failed", { sentence, reason, waitMs });
    return waitMs;
  }

  #untilNextLook(): number {
    const rescanAt = this.#nextHealingAt;
    if (this.#files.isFull) return Math.max(0, rescanAt - this.#clock.now());
    if (this.#files.hasUnlisted) return 0;
    return Math.max(0, Math.min(rescanAt, this.#files.nextSettledAt ?? rescanAt) - this.#clock.now());
  }

  #hint(): void {
    this.#wasHinted = true;
    this.#wanted.wake();
  }
}
