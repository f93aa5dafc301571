/** Collects how long recoveries took. */
export class Recovery {
  readonly #ms: number[] = [];

  took(ms: number): void {
    this.#ms.push(ms);
  }

  get lastMs(): number {
    return this.#ms.at(-1) ?? 0;
  }

  get maxMs(): number {
    return Math.max(0, ...this.#ms);
  }

  get seconds(): { readonly p50: number; readonly max: number } | undefined {
    if (this.#ms.length === 0) return undefined;
    const sorted = this.#ms.toSorted((a, b) => a - b);
    return { p50: rounded(sorted[Math.floor(sorted.length / 2)] ?? 0), max: rounded(this.maxMs) };
  }
}

function rounded(ms: number): number {
  return Math.round(ms / 10) / 100;
}
