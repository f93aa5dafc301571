import type { InboxPreview } from "../adapters/imap/index.ts";
import type { Clock, Journal, TaskId } from "../app_runtime/index.ts";
import type { DryRunInbox, DryRunMail } from "./dry_run_report.ts";
import type { DecisionRow, OrderDatabase } from "./infrastructure/order_database.ts";

/** When no mail was decided for so long, the rest is shown as it is. */
const patienceMs = 60_000;
const lookMs = 20;

/** Waits for the decisions about the mails of a dry run, and puts each to its mail. */
export class DryRunDecisions {
  readonly #orders: OrderDatabase;
  readonly #journal: Journal;
  readonly #failures: ReadonlyMap<string, string>;
  readonly #clock: Clock;

  /** `failures` tells of mails whose last attempt failed. */
  constructor(parts: {
    readonly orders: OrderDatabase;
    readonly journal: Journal;
    readonly failures: ReadonlyMap<string, string>;
    readonly clock: Clock;
  }) {
    this.#orders = parts.orders;
    this.#journal = parts.journal;
    this.#failures = parts.failures;
    this.#clock = parts.clock;
  }

  async of(previews: readonly InboxPreview[], signal: AbortSignal): Promise<readonly DryRunInbox[]> {
    const ids = previews.flatMap(({ found }) => (found.kind === "looked" ? found.offered : []));
    await this.#untilDecided(ids, signal);
    const rows = new Map((await this.#orders.latestDecisions(ids.length)).map((row) => [row.taskId, row]));
    return previews.map(({ found, ...place }): DryRunInbox => {
      if (found.kind === "failed") return { kind: "failed", ...place, error: found.sentence };
      const newest = found.offered.map((id) => this.#mail(id, rows.get(id)));
      return { kind: "looked", ...place, counts: found.counts, newest };
    });
  }

  async #untilDecided(ids: readonly TaskId[], signal: AbortSignal): Promise<void> {
    let [waiting, since] = [ids.length, this.#clock.now()];
    while (waiting > 0 && !signal.aborted && this.#clock.now() - since < patienceMs) {
      const states = await this.#journal.statesOf(ids);
      const left = ids.filter((id) => states.get(id) === "offered" && !this.#failures.has(id)).length;
      if (left < waiting) since = this.#clock.now();
      waiting = left;
      if (left > 0) await new Promise((wake) => this.#clock.after(lookMs, () => wake(undefined)));
    }
  }

  #mail(id: TaskId, row: DecisionRow | undefined): DryRunMail {
    const uid = Number(id.slice(id.lastIndexOf(":") + 1));
    if (row === undefined) {
      return { uid, decision: "fail", why: this.#failures.get(id) ?? "It was not decided in time." };
    }
    const { from, subject, decision, orderId, why } = row;
    return { uid, from, subject, decision, ...(orderId === undefined ? {} : { order: orderId }), why };
  }
}
