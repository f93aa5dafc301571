/** So many workers in a row have asked again at once: then the next ones will, too. */
const high = 16;
const highest = 64;

/** Whether workers ask for the next task as soon as their ack is recorded, so that it can be fetched together with the ack. */
export class Eagerness {
  #level = 0;
  #owed = 0;
  #isCounting = false;

  get isHigh(): boolean {
    return this.#level >= high;
  }

  /** So many acks have just been recorded. */
  acked(count: number): void {
    this.#owed += count;
    if (this.#isCounting) return;
    this.#isCounting = true;
    setImmediate(() => this.#count());
  }

  asked(): void {
    if (this.#owed === 0) return;
    this.#owed -= 1;
    this.#level = Math.min(highest, this.#level + 1);
  }

  /** Whoever has not asked by the next turn of the loop does something else first. */
  #count(): void {
    this.#isCounting = false;
    this.#level = Math.max(0, this.#level - 4 * this.#owed);
    this.#owed = 0;
  }
}
