import type { Clock } from "../base/clock.ts";
import { Fifo } from "../base/fifo.ts";
import { messageOf } from "../base/runtime_error.ts";
import type { EventChannel, RuntimeEvent, RuntimeEventBody } from "../contracts/runtime_event.ts";

interface Subscription {
  readonly reader: (event: RuntimeEvent) => void;
}

/** What readers may say about one event, all together; more is a circle of readers that answer each other. */
const mostEchoes = 1_000;

/**
 * Hands every event to every reader at once. What a reader says itself is handed out after the event it says it about, so
 * that all hear everything in one order. Without readers an event costs nothing but its making.
 */
export class RuntimeEventChannel implements EventChannel {
  readonly #clock: Clock;
  #subscriptions: readonly Subscription[] = [];
  #seq = 0;
  #isTelling = false;
  readonly #echoes = new Fifo<RuntimeEvent>();
  #echoed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get heard(): boolean {
    return this.#subscriptions.length > 0;
  }

  emit(body: RuntimeEventBody): void {
    if (this.#isTelling && this.#echoed >= mostEchoes) {
      throw new Error("Readers of runtime events answer each other without end.");
    }
    this.#say(body);
  }

  subscribe(reader: (event: RuntimeEvent) => void): Disposable {
    const subscription: Subscription = { reader };
    this.#subscriptions = [...this.#subscriptions, subscription];
    return { [Symbol.dispose]: () => this.#detach(subscription) };
  }

  #say(body: RuntimeEventBody): void {
    this.#seq += 1;
    if (this.#subscriptions.length === 0) return;
    const event: RuntimeEvent = { ...body, seq: this.#seq, at: this.#clock.wallNow() };
    if (this.#isTelling) {
      this.#echoed += 1;
      this.#echoes.push(event);
      return;
    }
    this.#isTelling = true;
    this.#echoed = 0;
    for (let next: RuntimeEvent | undefined = event; next !== undefined; next = this.#echoes.shift()) {
      for (const subscription of this.#subscriptions) this.#tell(subscription, next);
    }
    this.#isTelling = false;
  }

  #detach(subscription: Subscription): void {
    this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
  }

  /** A reader that throws must not hurt the work it only watches: it is detached, and the others are told. */
  #tell(subscription: Subscription, event: RuntimeEvent): void {
    try {
      subscription.reader(event);
    } catch (error) {
      this.#detach(subscription);
      const message = `A reader of runtime events threw and was detached: ${messageOf(error)}`;
      this.#say({
        kind: "unit.fact",
        unit: "runtime",
        code: "EVENT_READER_DETACHED",
        level: "error",
        message,
        fields: {},
      });
    }
  }
}
