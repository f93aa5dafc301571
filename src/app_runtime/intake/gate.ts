/** Lets new work through while it is open. Pausing closes it, quiescing shuts it for good. */
export class Gate {
  /** Aborts when the gate closes; work that waits to be published waits with it. */
  #open = new AbortController();
  #reopened = Promise.withResolvers<AbortSignal>();
  readonly #shut = new AbortController();

  get isOpen(): boolean {
    return !this.#open.signal.aborted;
  }

  /** Aborts when the gate is shut for good. */
  get shut(): AbortSignal {
    return this.#shut.signal;
  }

  /** Resolves while the gate is open, with a signal that aborts when it closes. Never resolves once it is shut: race `shut`. */
  passed(): Promise<AbortSignal> {
    return this.isOpen ? Promise.resolve(this.#open.signal) : this.#reopened.promise;
  }

  close(): void {
    this.#open.abort();
  }

  open(): void {
    if (this.isOpen || this.#shut.signal.aborted) return;
    this.#open = new AbortController();
    this.#reopened.resolve(this.#open.signal);
    this.#reopened = Promise.withResolvers();
  }

  shutForGood(): void {
    this.#shut.abort();
    this.close();
  }
}
