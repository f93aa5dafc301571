import { unlessAborted } from "./unless_aborted.ts";

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/** Room in memory for so many bytes at once. Who does not fit waits in line; what is larger than the room has it alone. */
export class ByteBudget {
  readonly #total: number;
  readonly #line = new Set<Waiting>();
  #used = 0;

  constructor(totalBytes: number) {
    this.#total = totalBytes;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  /** Resolves when there is room; dispose of it to give it back. @throws the signal's reason when it aborts first. */
  async take(bytes: number, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const room = Math.min(bytes, this.#total);
    if (this.#line.size > 0 || this.#used + room > this.#total) await this.#wait(room, signal);
    else this.#used += room;
    let given = true;
    const giveBack = () => {
      if (given) this.#free(room);
      given = false;
    };
    return { [Symbol.dispose]: giveBack };
  }

  async #wait(bytes: number, signal: AbortSignal): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const waiting = { bytes, admit: turn.resolve };
    this.#line.add(waiting);
    try {
      await unlessAborted(signal, turn.promise);
    } catch (aborted) {
      // Its turn may have come in the same moment; then the room is its own to give back.
      if (this.#line.delete(waiting)) this.#admit();
      else this.#free(bytes);
      throw aborted;
    }
  }

  #free(bytes: number): void {
    this.#used -= bytes;
    this.#admit();
  }

  #admit(): void {
    for (const waiting of this.#line) {
      if (this.#used + waiting.bytes > this.#total) return;
      this.#line.delete(waiting);
      this.#used += waiting.bytes;
      waiting.admit();
    }
  }
}
