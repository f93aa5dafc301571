const lf = 0x0a;

/** Bytes that came in and have not been read: by line or by count, without copying them again for each chunk. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** Exactly so many bytes, or undefined when they are not all there yet. */
  take(count: number): Buffer | undefined {
    if (this.#size < count) return undefined;
    const taken: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const chunk = this.#chunks.shift() as Buffer;
      taken.push(chunk.subarray(0, missing));
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing));
      missing -= Math.min(missing, chunk.length);
    }
    this.#size -= count;
    return taken.length === 1 ? taken[0] : Buffer.concat(taken);
  }

  /** The next line with its end; undefined when it is not complete. */
  takeLine(): Buffer | undefined {
    let before = 0;
    for (const chunk of this.#chunks) {
      const at = chunk.indexOf(lf);
      if (at !== -1) return this.take(before + at + 1);
      before += chunk.length;
    }
    return undefined;
  }
}
