/** Runs the same work one after the other; whoever asks while one run waits for its turn shares that run. */
export class OneAtATime<T> {
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Promise<T> | undefined;

  run(work: () => Promise<T>): Promise<T> {
    if (this.#waiting !== undefined) return this.#waiting;
    const turn = this.#last.then(() => {
      this.#waiting = undefined;
      return work();
    });
    this.#waiting = turn;
    this.#last = turn.catch(() => undefined); // whoever asked hears of it
    return turn;
  }

  /** Resolves when everything asked for so far has run. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
