import type { Clock } from "../base/clock.ts";
import type { PauseBook } from "../control/api.ts";

/** What an operator pauses at one runtime, the others that share its book pause within this time. */
const lookEveryMs = 1_000;

/** Follows the pauses that other runtimes write into the book they share with this one. */
export class SharedPauses {
  readonly #clock: Clock;
  readonly #pauses: PauseBook;
  readonly #recall: () => Promise<void>;
  #nextLook: Disposable | undefined;
  #stopped = false;

  constructor(parts: {
    readonly clock: Clock;
    readonly pauses: PauseBook;
    /** Pauses what the book says, and resumes the rest. */
    readonly recall: () => Promise<void>;
  }) {
    this.#clock = parts.clock;
    this.#pauses = parts.pauses;
    this.#recall = parts.recall;
  }

  start(): void {
    this.#nextLook = this.#clock.after(lookEveryMs, () => void this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#nextLook?.[Symbol.dispose]();
  }

  async #look(): Promise<void> {
    // A book that cannot be read now leaves all as it is; whoever writes into it is told why.
    await this.#follow().catch(() => undefined);
    if (!this.#stopped) this.start();
  }

  async #follow(): Promise<void> {
    const before = unitsIn(this.#pauses);
    await this.#pauses.open();
    if (unitsIn(this.#pauses) !== before) await this.#recall();
  }
}

function unitsIn(pauses: PauseBook): string {
  return JSON.stringify(pauses.list().map(({ unit }) => unit));
}
