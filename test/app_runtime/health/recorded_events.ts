import type { EventChannel, RuntimeEvent, RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";

/** An event channel that keeps what was said, numbers it and passes it on to its readers. */
export class RecordedEvents implements EventChannel {
  readonly heard = true;
  readonly said: RuntimeEventBody[] = [];
  readonly #readers = new Set<(event: RuntimeEvent) => void>();

  get readers(): number {
    return this.#readers.size;
  }

  emit(body: RuntimeEventBody): void {
    this.said.push(body);
    const event: RuntimeEvent = { ...body, seq: this.said.length, at: Date.UTC(2026, 0, 1) };
    for (const reader of this.#readers) reader(event);
  }

  subscribe(reader: (event: RuntimeEvent) => void): Disposable {
    this.#readers.add(reader);
    return { [Symbol.dispose]: () => void this.#readers.delete(reader) };
  }
}
