import type { Clock } from "../../app_runtime/base/clock.ts";
import type { QueueStats } from "../../app_runtime/contracts/task_queue.ts";
import type { Counts, WorkDone } from "./queue_protocol.ts";

interface Known {
  readonly counts: Counts;
  readonly oldestSince: number | undefined;
  readonly nextDueAt: number | undefined;
  readonly dataVersion: number;
}

const nothing: Known = {
  counts: { waiting: 0, delayed: 0, leased: 0, dead: 0 },
  oldestSince: undefined,
  nextDueAt: undefined,
  dataVersion: -1,
};

/** The queue as the last transaction of this process left it. Others may have changed it since. */
export class QueuePicture {
  readonly #clock: Clock;
  #known = nothing;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take({ counts, oldestSince, nextDueAt, dataVersion }: WorkDone): void {
    this.#known = { counts, oldestSince, nextDueAt, dataVersion };
  }

  /** Whatever is seen next counts as new. */
  doubt(): void {
    this.#known = { ...this.#known, dataVersion: -1 };
  }

  get counts(): Counts {
    return this.#known.counts;
  }

  /** Tasks that take room. */
  get open(): number {
    const { waiting, delayed, leased } = this.counts;
    return waiting + delayed + leased;
  }

  get oldestWaitingMs(): QueueStats["oldestWaitingMs"] {
    const { oldestSince } = this.#known;
    return oldestSince === undefined ? 0 : Math.max(0, this.#clock.wallNow() - oldestSince);
  }

  /** Milliseconds until the next delayed task is due; 0 when it is. */
  get dueInMs(): number | undefined {
    const { nextDueAt } = this.#known;
    return nextDueAt === undefined ? undefined : Math.max(0, nextDueAt - this.#clock.wallNow());
  }

  /** SQLite's count of the commits of others. */
  get dataVersion(): number {
    return this.#known.dataVersion;
  }
}
