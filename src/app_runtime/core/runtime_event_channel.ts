import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import type { EventChannel, RuntimeEvent, RuntimeEventBody } from "../contracts/runtime_event.ts";

/** Hands every event to every reader at once. Without readers an event costs nothing but its making. */
export class RuntimeEventChannel implements EventChannel {
  readonly #clock: Clock;
  #readers: readonly ((event: RuntimeEvent) => void)[] = [];
  #seq = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  emit(body: RuntimeEventBody): void {
    this.#seq += 1;
    if (this.#readers.length === 0) return;
    const event: RuntimeEvent = { ...body, seq: this.#seq, at: this.#clock.wallNow() };
    for (const reader of this.#readers) this.#tell(reader, event);
  }

  subscribe(reader: (event: RuntimeEvent) => void): Disposable {
    this.#readers = [...this.#readers, reader];
    return { [Symbol.dispose]: () => this.#detach(reader) };
  }

  #detach(reader: (event: RuntimeEvent) => void): void {
    this.#readers = this.#readers.filter((other) => other !== reader);
  }

  /** A reader that throws must not hurt the work it only watches: it is detached, and the others are told. */
  #tell(reader: (event: RuntimeEvent) => void, event: RuntimeEvent): void {
    try {
      reader(event);
    } catch (error) {
      this.#detach(reader);
      const message = `A reader of runtime events threw and was detached: ${messageOf(error)}`;
      this.emit({
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
