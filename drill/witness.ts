/** Different sentences about trouble, in the order they were first said; at most some dozens each. */
export interface Said {
  readonly health: readonly string[];
  readonly status: readonly string[];
  readonly log: readonly string[];
}

const maxEach = 40;

/** Writes down what the runtime says. Sentences that differ only in their numbers are one. */
export class Witness {
  readonly #said = {
    health: new Map<string, string>(),
    status: new Map<string, string>(),
    log: new Map<string, string>(),
  };

  hears(where: keyof Said, sentence: string): void {
    const key = sentence.replaceAll(/[\d.:]+/g, "#");
    const sentences = this.#said[where];
    if (!sentences.has(key) && sentences.size < maxEach) sentences.set(key, sentence);
  }

  get said(): Said {
    const { health, status, log } = this.#said;
    return { health: [...health.values()], status: [...status.values()], log: [...log.values()] };
  }

  /** Whether a sentence of that kind was said there. */
  heard(where: keyof Said, sentence: RegExp): boolean {
    return [...this.#said[where].values()].some((said) => sentence.test(said));
  }
}
