/** A first-in, first-out queue with constant-time ends, growing as a ring. */
export class Fifo<T> {
  #ring: (T | undefined)[] = new Array(16);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(value: T): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = value;
    this.#size += 1;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const value = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size -= 1;
    return value;
  }

  peek(): T | undefined {
    return this.#size === 0 ? undefined : this.#ring[this.#head];
  }

  /** Takes out every value that matches; the others keep their order. */
  drop(matches: (value: T) => boolean): void {
    for (let left = this.#size; left > 0; left -= 1) {
      const value = this.shift() as T;
      if (!matches(value)) this.push(value);
    }
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.#size; i += 1) yield this.#ring[(this.#head + i) & (this.#ring.length - 1)] as T;
  }

  #grow(): void {
    const size = this.#ring.length;
    const larger: (T | undefined)[] = new Array(size * 2);
    for (let i = 0; i < size; i += 1) larger[i] = this.#ring[(this.#head + i) & (size - 1)];
    this.#ring = larger;
    this.#head = 0;
  }
}
