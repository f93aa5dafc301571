import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";

export interface FileWatchParts {
  readonly path: string;
  /** What the caller has seen of the file; if it is another by now, that is the first change. */
  readonly known: string | undefined;
  readonly onChange: () => void;
  readonly onFailure: (reason: Error) => void;
}

/**
 * Watches the directory, not the file: editors replace a file, and Kubernetes swaps a symbolic link beside it. Every event
 * in the directory leads to one look at the file; only a file that differs is a change.
 */
export function watchFile(parts: FileWatchParts): Disposable {
  const watching = new FileWatch(parts);
  watching.start();
  return watching;
}

class FileWatch implements Disposable {
  readonly #parts: FileWatchParts;
  #known: string | undefined;
  #watcher: FSWatcher | undefined;
  #stopped = false;
  #looking = false;
  #lookAgain = false;

  constructor(parts: FileWatchParts) {
    this.#parts = parts;
    this.#known = parts.known;
  }

  start(): void {
    try {
      this.#watcher = watch(dirname(this.#parts.path), { persistent: false }, () => this.#poke());
      this.#watcher.on("error", (error) => this.#fail(error));
      this.#poke();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#watcher?.close();
  }

  #fail(reason: Error): void {
    if (this.#stopped) return;
    this[Symbol.dispose]();
    this.#parts.onFailure(reason);
  }

  #poke(): void {
    this.#lookAgain = true;
    if (!this.#looking) void this.#look();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#lookAgain && !this.#stopped) {
      this.#lookAgain = false;
      const seen = await fingerprintOf(this.#parts.path);
      if (this.#stopped || seen === this.#known) continue;
      const first = this.#known === undefined;
      this.#known = seen;
      if (!first) this.#parts.onChange();
    }
    this.#looking = false;
  }
}

/** Differs whenever the file, or what a link leads to, may differ. Also for a file that is not there. */
export async function fingerprintOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch {
    return "absent";
  }
}
