import type { InboxPreview } from "../adapters/imap/index.ts";
import type { Clock, Journal, RuntimeEvent, TaskId } from "../app_runtime/index.ts";
import type { DryRunInbox, DryRunMail, InboxPlace } from "./dry_run_report.ts";
import type { DecisionRow, OrderDatabase } from "./infrastructure/order_database.ts";

/** When nothing was found or decided for so long, the rest is told as it is. */
const patienceMs = 120_000;
const lookMs = 20;

/** What a dry run is about, known once its configuration is read. */
interface Subject {
  readonly inboxes: readonly InboxPlace[];
  readonly orders: OrderDatabase;
  readonly journal: Journal;
}

/** Follows a dry run until every mailbox was looked at and every mail that was taken is decided. */
export class DryRunWatch {
  readonly #clock: Clock;
  readonly #previews = new Map<string, InboxPreview>();
  /** The last failure of a mail. */
  readonly #failures = new Map<string, string>();
  #outage: string | undefined;
  #subject: Subject | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  follow(subject: Subject): void {
    this.#subject = subject;
  }

  readonly previewed = (preview: InboxPreview): void => {
    this.#previews.set(preview.source, preview);
  };

  readonly heard = (event: RuntimeEvent): void => {
    if (event.kind === "task.retried") this.#failures.set(event.taskId, event.reason);
    if (event.kind === "task.dead_lettered") this.#failures.set(event.taskId, event.detail);
    if (event.kind === "outage.began") this.#outage = event.error;
  };

  /** Resolves when all is told, when nothing happens any more, or when `signal` aborts. */
  async result(signal: AbortSignal): Promise<readonly DryRunInbox[]> {
    const { inboxes, orders } = this.#subject ?? { inboxes: [], orders: undefined };
    let [progress, since] = [-1, this.#clock.now()];
    while (!signal.aborted && this.#clock.now() - since < patienceMs) {
      const left = await this.#undecided();
      if (left === 0 && this.#previews.size === inboxes.length) break;
      const now = this.#previews.size + ((await orders?.progress())?.decided ?? 0);
      if (now !== progress) [progress, since] = [now, this.#clock.now()];
      await new Promise((wake) => this.#clock.after(lookMs, () => wake(undefined)));
    }
    const rows = (await orders?.latestDecisions(this.#offered.length)) ?? [];
    const byTask = new Map(rows.map((row) => [row.taskId, row]));
    return inboxes.map((place) => this.#inbox(place, byTask));
  }

  get #offered(): readonly TaskId[] {
    return [...this.#previews.values()].flatMap(({ found }) => (found.kind === "looked" ? found.offered : []));
  }

  async #undecided(): Promise<number> {
    const ids = this.#offered;
    const states = await this.#subject?.journal.statesOf(ids);
    return ids.filter((id) => states?.get(id) === "offered" && !this.#failures.has(id)).length;
  }

  #inbox(place: InboxPlace, rows: ReadonlyMap<string, DecisionRow>): DryRunInbox {
    const found = this.#previews.get(place.source)?.found;
    if (found === undefined) return { kind: "failed", ...place, error: `It did not come to an end. ${this.#excuse}` };
    if (found.kind === "failed") return { kind: "failed", ...place, error: found.sentence };
    const newest = found.offered.map((id) => this.#mail(id, rows.get(id)));
    return { kind: "looked", ...place, counts: found.counts, newest };
  }

  #mail(id: TaskId, row: DecisionRow | undefined): DryRunMail {
    const uid = Number(id.slice(id.lastIndexOf(":") + 1));
    if (row === undefined) return { uid, decision: "fail", why: this.#failures.get(id) ?? this.#excuse };
    const { from, subject, decision, orderId, why } = row;
    return { uid, from, subject, decision, ...(orderId === undefined ? {} : { order: orderId }), why };
  }

  get #excuse(): string {
    return this.#outage === undefined ? "It was not decided in time." : `Something it needs is down: ${this.#outage}`;
  }
}
