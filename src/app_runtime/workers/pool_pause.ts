/** Whether a pool takes new tasks. Its workers wait here while it does not; what they hold goes on. */
export class PoolPause {
  #over: PromiseWithResolvers<void> | undefined;

  get lasting(): boolean {
    return this.#over !== undefined;
  }

  begin(): void {
    this.#over ??= Promise.withResolvers();
  }

  end(): void {
    this.#over?.resolve();
    this.#over = undefined;
  }

  /** Resolves when the pause is over, or `signal` aborts. */
  async over(signal: AbortSignal): Promise<void> {
    if (this.#over === undefined || signal.aborted) return;
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    signal.addEventListener("abort", stop, { once: true });
    await Promise.race([this.#over.promise, stopped.promise]);
    signal.removeEventListener("abort", stop);
  }
}
