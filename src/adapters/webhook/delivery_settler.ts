import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import type { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { Journal } from "../../app_runtime/contracts/journal.ts";
import type { Patience, RunLedger } from "../../app_runtime/intake/api.ts";
import type { WebhookFacts } from "./webhook_facts.ts";

/** Rows settled together. */
const batchLength = 200;

/** How long a finished row waits for others to be settled together with it; milliseconds. */
const delayMs = 50;

/** Nobody outside waits to be told how a delivery ended: its row is settled, so that the journal may forget it in time. */
export class DeliverySettler {
  readonly #source: string;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #ledger: RunLedger;
  readonly #patience: Patience;
  readonly #facts: WebhookFacts;
  readonly #news: WakeUp;

  /** `news` wakes it when rows were finished. */
  constructor(parts: {
    readonly source: string;
    readonly clock: Clock;
    readonly journal: Journal;
    readonly ledger: RunLedger;
    readonly patience: Patience;
    readonly facts: WebhookFacts;
    readonly news: WakeUp;
  }) {
    this.#source = parts.source;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#ledger = parts.ledger;
    this.#patience = parts.patience;
    this.#facts = parts.facts;
    this.#news = parts.news;
  }

  /** Settles until `signal` aborts, and then once more what is finished. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#patience.insist("Settling", () => this.#settle(), signal).catch(() => undefined);
      await this.#news.wait(this.#clock, Number.POSITIVE_INFINITY, signal);
      await sleep(this.#clock, delayMs, signal);
    }
    await this.#settle().catch((error) => {
      this.#facts.report("webhook_settling_unfinished", { error: messageOf(error) });
    });
  }

  async #settle(): Promise<void> {
    for (;;) {
      const rows = await this.#journal.unsettled(this.#source, batchLength);
      if (rows.length > 0) await this.#journal.settled(rows.map((row) => row.task.id));
      this.#ledger.told(rows);
      if (rows.length < batchLength) return;
    }
  }
}
