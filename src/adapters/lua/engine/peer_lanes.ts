import type { MessagePort } from "node:worker_threads";
import { isLetter, receiverOf } from "./outbox.ts";
import { PeerLane } from "./peer_lane.ts";

/** The lanes that a lane's thread talks to by itself. */
export class PeerLanes {
  readonly #bySlot = new Map<number, PeerLane>();
  readonly #slotOf: (number: number) => number | undefined;
  readonly #takeLetters: (records: Buffer) => void;
  readonly #woken: () => void;

  constructor(parts: {
    readonly slotOf: (number: number) => number | undefined;
    readonly takeLetters: (records: Buffer) => void;
    readonly woken: () => void;
  }) {
    this.#slotOf = parts.slotOf;
    this.#takeLetters = parts.takeLetters;
    this.#woken = parts.woken;
  }

  add(slot: number, port: MessagePort): void {
    this.#bySlot.set(slot, new PeerLane(port, this.#takeLetters, this.#woken));
  }

  remove(slot: number): void {
    this.#bySlot.get(slot)?.close();
    this.#bySlot.delete(slot);
  }

  receive(): void {
    for (const peer of this.#bySlot.values()) peer.receive();
  }

  /** Sends the letters of an outbox to their lanes. Returns what is left for the main thread, and how many had no room. */
  send(outbox: Buffer<ArrayBuffer> | undefined): {
    readonly rest: Buffer<ArrayBuffer> | undefined;
    readonly refused: number;
  } {
    let refused = 0;
    const rest: Buffer[] = [];
    for (let at = 0, end: number; outbox !== undefined && at < outbox.length; at = end) {
      end = at + 4 + outbox.readUInt32LE(at);
      const peer = isLetter(outbox, at) ? this.#bySlot.get(this.#slotOf(receiverOf(outbox, at)) ?? -1) : undefined;
      if (peer === undefined) rest.push(outbox.subarray(at, end));
      else if (!peer.add(outbox, at, end)) refused += 1;
    }
    for (const peer of this.#bySlot.values()) peer.flush();
    return { rest: rest.length === 0 ? undefined : joined(rest), refused };
  }
}

function joined(records: readonly Buffer[]): Buffer<ArrayBuffer> {
  const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const record of records) {
    bytes.set(record, at);
    at += record.length;
  }
  return Buffer.from(bytes.buffer);
}
