interface Cut {
  readonly start: number;
  readonly end: number;
  readonly endsStatement: boolean;
}

/** What is to disappear from a source. Every other character stays on its line and in its column. */
export class Erasures {
  readonly #cuts: Cut[] = [];

  /**
   * Offsets into the source. Cuts come in the order of their ends; one around earlier ones swallows them.
   * `endsStatement` leaves a `;` behind, where the next line would otherwise become the arguments of a call.
   */
  add(start: number, end: number, { endsStatement = false } = {}): void {
    while ((this.#cuts.at(-1)?.start ?? -1) >= start) this.#cuts.pop();
    this.#cuts.push({ start, end, endsStatement });
  }

  /** The source without the cuts; the very same string when there are none. */
  applyTo(source: string): string {
    if (this.#cuts.length === 0) return source;
    const pieces: string[] = [];
    let at = 0;
    for (const { start, end, endsStatement } of this.#cuts) {
      const blanks = source.slice(start, end).replaceAll(/[^\r\n\t]/g, " ");
      pieces.push(source.slice(at, start), endsStatement ? `;${blanks.slice(1)}` : blanks);
      at = end;
    }
    return pieces.join("") + source.slice(at);
  }
}
