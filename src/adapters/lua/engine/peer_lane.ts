import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";

/** Bytes that the other has not taken: beyond them letters wait here. */
const mostUnderway = 8 << 20;
/** Bytes that wait here: beyond them letters are refused. */
const mostWaiting = 32 << 20;
const firstBytes = 16 << 10;

/** A batch of letters, as records that follow each other, or how many bytes of such the other has taken. */
type PeerMessage = Uint8Array<ArrayBuffer> | number;

/** Another lane, as a lane's thread sees it: letters go straight from thread to thread, once a turn. */
export class PeerLane {
  readonly #port: MessagePort;
  readonly #takeLetters: (records: Buffer) => void;
  #batch = new Uint8Array(firstBytes);
  #length = 0;
  #underway = 0;

  /** Letters are given to `takeLetters`; `woken` is told when some came while the thread slept. */
  constructor(port: MessagePort, takeLetters: (records: Buffer) => void, woken: () => void) {
    this.#port = port;
    this.#takeLetters = takeLetters;
    port.on("message", (message: PeerMessage) => {
      this.#take(message);
      woken();
    });
  }

  /** Adds the letter that stands in an outbox there. False: there is no room for it. */
  add(outbox: Buffer, from: number, to: number): boolean {
    if (this.#length > mostWaiting) return false;
    if (this.#length + to - from > this.#batch.length) this.#grow(this.#length + to - from);
    outbox.copy(this.#batch, this.#length, from, to);
    this.#length += to - from;
    return true;
  }

  /** Takes what has come. */
  receive(): void {
    for (let more = receiveMessageOnPort(this.#port); more !== undefined; more = receiveMessageOnPort(this.#port))
      this.#take(more.message as PeerMessage);
  }

  /** Sends what was added, if the other has taken enough of what it has. */
  flush(): void {
    if (this.#length === 0 || this.#underway > mostUnderway) return;
    const records = this.#batch.slice(0, this.#length);
    this.#underway += this.#length;
    this.#length = 0;
    this.#port.postMessage(records, [records.buffer]);
  }

  close(): void {
    this.#port.close();
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(this.#batch.length * 2, least));
    larger.set(this.#batch.subarray(0, this.#length));
    this.#batch = larger;
  }

  #take(message: PeerMessage): void {
    if (typeof message === "number") {
      this.#underway -= message;
      return;
    }
    this.#takeLetters(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
    this.#port.postMessage(message.byteLength);
  }
}
