import assert from "node:assert/strict";
import type { LeasedDelivery } from "../../contracts/delivery.ts";
import type { Task } from "../../contracts/task.ts";
import type { QueueCapability, QueueSettings, TaskQueue } from "../../contracts/task_queue.ts";
import { sampleTask } from "../sample_task.ts";
import type { QueueUnderTest, SuiteClock, TaskQueuePromise } from "./queue_under_test.ts";

/** What the cases are run with, unless they say otherwise. */
export const suiteSettings: QueueSettings = {
  capacity: 100,
  leaseMs: 1_000,
  groupLimit: 1,
  rememberFinished: 1_000,
  maxDeadLetters: 100,
};

/** One consumer that asks for one delivery at a time and can tell that there is none. */
export class Taker {
  readonly #clock: SuiteClock;
  readonly #stop = new AbortController();
  readonly #deliveries: AsyncIterableIterator<LeasedDelivery>;
  #asked: Promise<void> | undefined;
  #answer: IteratorResult<LeasedDelivery, unknown> | undefined;

  constructor(queue: TaskQueue, clock: SuiteClock) {
    this.#clock = clock;
    this.#deliveries = queue.consume({ signal: this.#stop.signal, concurrency: 8 });
  }

  /** It asked when there was nothing, and its question is still open. */
  get isAsking(): boolean {
    return this.#asked !== undefined;
  }

  /** The next delivery, or undefined when there is none now; whatever comes later is given to the next call. */
  readonly tryTake = async (): Promise<LeasedDelivery | undefined> => {
    const next = await this.#next();
    return next?.done === true ? undefined : next?.value;
  };

  readonly take = async (): Promise<LeasedDelivery> => {
    const delivery = await this.tryTake();
    assert.ok(delivery !== undefined, "expected a delivery, but none was handed out");
    return delivery;
  };

  /** Takes until there is none. */
  readonly takeAll = async (): Promise<readonly LeasedDelivery[]> => {
    const taken: LeasedDelivery[] = [];
    for (let next = await this.tryTake(); next !== undefined; next = await this.tryTake()) taken.push(next);
    return taken;
  };

  /** Whether the consumer has come to its end. */
  readonly hasEnded = async (): Promise<boolean> => (await this.#next())?.done === true;

  /** Asks, and leaves the question open. */
  readonly ask = async (): Promise<void> => {
    this.#asked ??= this.#deliveries.next().then((answer) => {
      this.#answer = answer;
    });
    await this.#clock.advance(0);
  };

  readonly stop = (): void => this.#stop.abort();

  async #next(): Promise<IteratorResult<LeasedDelivery, unknown> | undefined> {
    await this.ask();
    const answer = this.#answer;
    if (answer === undefined || answer.done === true) return answer;
    this.#asked = undefined;
    this.#answer = undefined;
    return answer;
  }
}

/** A queue with a few short ways to use it; cases take out of it what they need, so its methods are bound. */
export class QueueDesk extends Taker {
  readonly queue: TaskQueue;
  readonly clock: SuiteClock;
  readonly settings: QueueSettings;
  readonly events: QueueUnderTest["events"];
  readonly #opened: QueueUnderTest;

  constructor(opened: QueueUnderTest, settings: QueueSettings) {
    super(opened.queue, opened.clock);
    this.queue = opened.queue;
    this.clock = opened.clock;
    this.settings = settings;
    this.events = opened.events;
    this.#opened = opened;
  }

  /** A desk at the same stored tasks, as another node process would have it. */
  readonly another = async (): Promise<QueueDesk> => {
    const { another } = this.#opened;
    assert.ok(another !== undefined, "a queue that survives or is shared is tested with another() and crash()");
    return new QueueDesk({ ...this.#opened, queue: await another() }, this.settings);
  };

  /** The node process of this desk is killed; answers with the one that comes after it. */
  readonly crash = async (): Promise<QueueDesk> => {
    await this.#opened.crash?.(this.queue);
    return await this.another();
  };

  /** Publishes a task for each id, one after the other. */
  readonly publish = async (
    ids: string | readonly string[],
    overrides: Partial<Omit<Task, "id">> = {},
  ): Promise<void> => {
    for (const id of [ids].flat()) await this.queue.publish(sampleTask(id, overrides));
  };

  /** A second consumer. */
  readonly taker = (): Taker => new Taker(this.queue, this.clock);

  /** Back at once, one attempt later. */
  readonly retry = async (delivery: LeasedDelivery, retryDelayMs = 0): Promise<void> => {
    await this.queue.nack(delivery, { retryDelayMs, burnAttempt: true, reason: "try again" });
  };

  /** Takes, acks, and so on until there is none: the ids in the order in which they came. */
  readonly workOff = async (): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (let next = await this.tryTake(); next !== undefined; next = await this.tryTake()) {
      ids.push(next.task.id);
      await this.queue.ack(next);
    }
    return ids;
  };
}

/** Makes a case of a check. */
export function queuePromise(
  name: string,
  check: (desk: QueueDesk) => Promise<void>,
  options: { readonly needs?: readonly QueueCapability[]; readonly settings?: Partial<QueueSettings> } = {},
): TaskQueuePromise {
  return {
    name,
    needs: options.needs ?? [],
    run: async (open, { limitMs = 10_000 } = {}) => {
      const settings = { ...suiteSettings, ...options.settings };
      const opened = await open({ settings });
      const limit = Promise.withResolvers<never>();
      const message = `Something waits for ever: the case did not come to its end within ${limitMs} ms.`;
      const timer = setTimeout(() => limit.reject(new assert.AssertionError({ message })), limitMs);
      try {
        await Promise.race([check(new QueueDesk(opened, settings)), limit.promise]);
      } finally {
        clearTimeout(timer);
        await opened.close();
      }
    },
  };
}

/** A call whose end is looked at later, or never when the case fails before: then its failure must disturb nobody. */
export function pending<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => {});
  return asked;
}

/** How a promise stands after everything that is ready has run. */
export async function standing<T>(clock: SuiteClock, asked: Promise<T>): Promise<"waiting" | "resolved" | "rejected"> {
  let state: "waiting" | "resolved" | "rejected" = "waiting";
  asked.then(
    () => {
      state = "resolved";
    },
    () => {
      state = "rejected";
    },
  );
  await clock.advance(0);
  return state;
}

export function idsOf(deliveries: readonly { readonly task: Task }[]): readonly string[] {
  return deliveries.map(({ task }) => task.id);
}
