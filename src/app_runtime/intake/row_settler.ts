import type { Clock } from "../base/clock.ts";
import { sleep } from "../base/sleep.ts";
import { WakeUp } from "../base/wake_up.ts";
import type { Journal } from "../contracts/journal.ts";
import type { Patience } from "./patience.ts";
import type { RunLedger } from "./run_ledger.ts";

/** Rows settled together. */
const batchLength = 200;

/** How long a finished row waits for others to be settled together with it; milliseconds. */
const settleDelayMs = 50;

/** Settles rows whose end nobody outside waits to be told, so that the journal may forget them in time. */
export class RowSettler {
  readonly #source: string;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #ledger: RunLedger;
  readonly #patience: Patience;
  readonly #news = new WakeUp();

  constructor(parts: {
    readonly source: string;
    readonly clock: Clock;
    readonly journal: Journal;
    readonly ledger: RunLedger;
    readonly patience: Patience;
  }) {
    this.#source = parts.source;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#ledger = parts.ledger;
    this.#patience = parts.patience;
  }

  /** Settles what an earlier run left and then whatever ends, until `signal` aborts, and then once more. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    using _watching = this.#journal.watch(this.#source, () => this.#news.wake());
    while (!signal.aborted) {
      await this.#patience.insist("Settling", () => this.#settle(), signal).catch(() => undefined);
      await this.#news.wait(this.#clock, Number.POSITIVE_INFINITY, signal);
      await sleep(this.#clock, settleDelayMs, signal);
    }
    // What fails now is found again by the next start.
    await this.#settle().catch(() => undefined);
  }

  async #settle(): Promise<void> {
    for (;;) {
      const rows = await this.#journal.unsettled(this.#source, batchLength);
      if (rows.length > 0) await this.#journal.settled(rows.map(({ task }) => task.id));
      this.#ledger.told(rows);
      if (rows.length < batchLength) return;
    }
  }
}
