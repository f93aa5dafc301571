import type { ToLane } from "./lane_messages.ts";

/** Letters that go to a lane together. */
export class LetterBatch {
  readonly #records: Uint8Array[];
  #length: number;

  constructor(first: Uint8Array) {
    this.#records = [first];
    this.#length = first.length;
  }

  get length(): number {
    return this.#length;
  }

  add(record: Uint8Array): void {
    this.#records.push(record);
    this.#length += record.length;
  }

  toMessage(): ToLane {
    return { kind: "letters", records: Uint8Array.from(Buffer.concat(this.#records)) };
  }
}
