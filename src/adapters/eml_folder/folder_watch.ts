import { type FSWatcher, watch } from "node:fs";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";

/** Hears of changes in a directory, where the system tells of them. A hint: whoever relies on it looks by itself as well. */
export class FolderWatch {
  readonly #directory: string;
  readonly #onChange: () => void;
  readonly #onUnavailable: (why: string) => void;
  #watcher: FSWatcher | undefined;
  #inode: bigint | undefined;
  #wasUnavailable = false;

  constructor(parts: {
    readonly directory: string;
    readonly onChange: () => void;
    /** Called once for as long as it is so. */
    readonly onUnavailable: (why: string) => void;
  }) {
    this.#directory = parts.directory;
    this.#onChange = parts.onChange;
    this.#onUnavailable = parts.onUnavailable;
  }

  get isListening(): boolean {
    return this.#watcher !== undefined;
  }

  /** Listens to the directory that has this inode now: a watch stays with the one it was given, even when that is gone. */
  listenTo(inode: bigint): void {
    if (this.#watcher !== undefined && this.#inode === inode) return;
    this.close();
    try {
      const watcher = watch(this.#directory, () => this.#onChange());
      watcher.on("error", (error) => this.#fail(error));
      this.#watcher = watcher;
      this.#inode = inode;
      this.#wasUnavailable = false;
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #fail(error: unknown): void {
    this.close();
    if (!this.#wasUnavailable) this.#onUnavailable(messageOf(error));
    this.#wasUnavailable = true;
  }
}
