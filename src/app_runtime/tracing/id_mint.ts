import { randomFillSync } from "node:crypto";

const hexDigits = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const traceIdAt = 3;
const spanIdAt = 36;

/**
 * Mints the ids of https://www.w3.org/TR/trace-context/ as one text: `00-<trace id>-<span id>-<flags>`. The randomness is
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded once by the operating system: ids must be unique, not secret, and a
 * call into crypto for every task would cost more than the queue.
 */
export class IdMint {
  readonly #line = Buffer.from(`00-${"0".repeat(32)}-${"0".repeat(16)}-00`, "latin1");
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: Int32Array = randomFillSync(new Int32Array(3))) {
    this.#a = seed[0] ?? 0;
    this.#b = seed[1] ?? 0;
    this.#c = seed[2] ?? 0;
    for (let warmUp = 0; warmUp < 12; warmUp++) this.#next();
  }

  /** A traceparent of a new trace, not sampled: nobody records it. */
  newTraceparent(): string {
    this.#writeTraceId();
    this.#writeSpanId();
    return this.#line.toString("latin1");
  }

  /** 32 lower-case hex digits. */
  newTraceId(): string {
    this.#writeTraceId();
    return this.#line.toString("latin1", traceIdAt, traceIdAt + 32);
  }

  /** 16 lower-case hex digits. */
  newSpanId(): string {
    this.#writeSpanId();
    return this.#line.toString("latin1", spanIdAt, spanIdAt + 16);
  }

  #writeTraceId(): void {
    this.#writeHex(traceIdAt, this.#next());
    this.#writeHex(traceIdAt + 8, this.#next());
    this.#writeHex(traceIdAt + 16, this.#next());
    this.#writeHex(traceIdAt + 24, this.#nextNotZero());
  }

  #writeSpanId(): void {
    this.#writeHex(spanIdAt, this.#next());
    this.#writeHex(spanIdAt + 8, this.#nextNotZero());
  }

  #writeHex(at: number, value: number): void {
    let rest = value;
    for (let i = at + 7; i >= at; i--) {
      this.#line[i] = hexDigits[rest & 15] as number;
      rest >>>= 4;
    }
  }

  /** An id of zeros only is invalid. */
  #nextNotZero(): number {
    return this.#next() || 1;
  }

  #next(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result;
  }
}
