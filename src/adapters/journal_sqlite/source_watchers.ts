/** Who wants to know when rows of a source changed. Many changes in one turn of the loop are one call. */
export class SourceWatchers {
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #changed = new Set<string>();

  add(source: string, onChange: () => void): Disposable {
    const watchers = this.#watchers.get(source) ?? new Set();
    this.#watchers.set(source, watchers);
    // Its own function, so that one callback watching twice is two watchers.
    const watcher = () => onChange();
    watchers.add(watcher);
    return {
      [Symbol.dispose]: () => {
        watchers.delete(watcher);
        if (watchers.size === 0 && this.#watchers.get(source) === watchers) this.#watchers.delete(source);
      },
    };
  }

  get isEmpty(): boolean {
    return this.#watchers.size === 0;
  }

  /** Nobody knows whose rows changed. */
  wakeAll(): void {
    for (const source of this.#watchers.keys()) this.wake(source);
  }

  wake(source: string): void {
    if (!this.#watchers.has(source)) return;
    if (this.#changed.size === 0) queueMicrotask(() => this.#callAll());
    this.#changed.add(source);
  }

  #callAll(): void {
    const sources = [...this.#changed];
    this.#changed.clear();
    for (const source of sources) {
      for (const watcher of this.#watchers.get(source) ?? []) watcher();
    }
  }
}
