import { createHash } from "node:crypto";
import { type FSWatcher, mkdirSync, watch } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../app_runtime/base/clock.ts";

export interface EmlFolderParts {
  readonly directory: string;
  readonly clock: Clock;
  readonly maxMailBytes: number;
  /** `origin` stands for name and content: the same file has the same, also after a restart. */
  readonly isDelivered: (origin: string) => boolean;
  readonly deliver: (raw: Buffer, origin: string) => void;
}

/** Nobody has written to a file for so long: it is complete. A writer that pauses longer should write elsewhere and rename. */
const quietMs = 250;

/** The notices of the operating system come at once but may get lost; the look around comes late but always. */
const rescanMs = 2_000;

interface Sighting {
  readonly size: number;
  readonly modifiedAt: number;
  /** When it was first seen like this, by the clock's `now`. */
  readonly since: number;
  readonly taken: boolean;
}

/** Delivers each `.eml` file of a directory once, and leaves it there. Changed content is a new mail. */
export class EmlFolder {
  readonly #parts: EmlFolderParts;
  #sightings = new Map<string, Sighting>();
  #watcher: FSWatcher | undefined;
  #timer: Disposable | undefined;
  #listedAt: number | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #stopped = false;

  constructor(parts: EmlFolderParts) {
    this.#parts = parts;
  }

  /** Resolves when the files that are there have been delivered, in the order of their names. */
  async start(): Promise<void> {
    mkdirSync(this.#parts.directory, { recursive: true });
    try {
      this.#watcher = watch(this.#parts.directory, { persistent: false }, () => this.#notice());
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      // The operating system has no watch to give; the regular look around is enough.
    }
    await this.#look();
    this.#scheduleRescan();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watcher?.close();
    this.#timer?.[Symbol.dispose]();
    await this.#looking;
  }

  #scheduleRescan(): void {
    if (this.#stopped) return;
    const waits = this.#sightings.values().some((sighting) => !sighting.taken);
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.after(waits ? quietMs : rescanMs, () => {
      void this.#look().then(() => this.#scheduleRescan());
    });
  }

  #notice(): void {
    this.#listedAt = undefined;
    void this.#look().then(() => this.#scheduleRescan());
  }

  /** One look at a time; a notice during a look makes another one follow. Never rejects. */
  #look(): Promise<void> {
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return this.#looking;
    }
    this.#looking = this.#lookUntilQuiet().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookUntilQuiet(): Promise<void> {
    do {
      this.#lookAgain = false;
      try {
        if (await this.#hasChanged()) await this.#lookAtAll();
      } catch {
        // The directory is gone or not readable for the moment; the next look may find it again.
        this.#listedAt = undefined;
      }
    } while (this.#lookAgain && !this.#stopped);
  }

  /** Saves looking at each of many files when none came and none is waited for. */
  async #hasChanged(): Promise<boolean> {
    const { mtimeMs } = await stat(this.#parts.directory);
    const waits = this.#sightings.values().some((sighting) => !sighting.taken);
    const changed = mtimeMs !== this.#listedAt || waits;
    this.#listedAt = mtimeMs;
    return changed;
  }

  async #lookAtAll(): Promise<void> {
    const names = (await readdir(this.#parts.directory)).filter(
      (name) => name.endsWith(".eml") && !name.startsWith("."),
    );
    const before = this.#sightings;
    this.#sightings = new Map();
    for (const name of names.sort()) {
      if (this.#stopped) return;
      const sighting = await this.#lookAt(name, before.get(name));
      if (sighting !== undefined) this.#sightings.set(name, sighting);
    }
  }

  async #lookAt(name: string, before: Sighting | undefined): Promise<Sighting | undefined> {
    const { clock, directory, maxMailBytes } = this.#parts;
    const file = join(directory, name);
    const now = await stat(file).catch(() => undefined);
    if (now === undefined || !now.isFile() || now.size === 0 || now.size > maxMailBytes) return undefined;

    const same = before !== undefined && before.size === now.size && before.modifiedAt === now.mtimeMs;
    if (same && before.taken) return before;
    const since = same ? before.since : clock.now();
    const quietForMs = Math.max(clock.now() - since, clock.wallNow() - now.mtimeMs);
    const taken = quietForMs >= quietMs && (await this.#take(name, file, now.size));
    return { size: now.size, modifiedAt: now.mtimeMs, since, taken };
  }

  /** False when the file changed while it was read, or cannot be delivered now: it will be tried again. */
  async #take(name: string, file: string, size: number): Promise<boolean> {
    const raw = await readFile(file).catch(() => undefined);
    if (raw?.length !== size || this.#stopped) return false;
    const origin = createHash("sha256").update(`${name}\0`).update(raw).digest("hex");
    try {
      if (!this.#parts.isDelivered(origin)) this.#parts.deliver(raw, origin);
      return true;
    } catch {
      return false; // e.g. the mailbox is full
    }
  }
}
