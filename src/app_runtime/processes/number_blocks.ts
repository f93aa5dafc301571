/** Numbers that a lane takes at once. */
const blockSize = 4096;

/** Lanes that a runtime may have at once. */
export const mostLanes = 64;

/**
 * Where processes get their numbers: each lane takes blocks of its own, so a number alone says in which slot its process
 * runs. The counters lie in memory that threads share. A lane that takes the place of a lost one goes on in its slot
 * where that stopped: no number is used twice.
 */
export class NumberBlocks {
  /** For the threads: `new NumberBlocks(shared)` there counts on. */
  readonly shared: SharedArrayBuffer;
  readonly #taken: Uint32Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(mostLanes * 4)) {
    this.shared = shared;
    this.#taken = new Uint32Array(shared);
  }

  /** The first of the next 4,096 numbers of the slot. Never 0. */
  take(slot: number): number {
    const block = Atomics.add(this.#taken, slot, 1);
    return Math.max(1, (block * mostLanes + slot) * blockSize);
  }

  /** The slot whose lane has or had the process; undefined when nobody took its number so far. */
  slotOf(number: number): number | undefined {
    const block = Math.floor(number / blockSize);
    const slot = block % mostLanes;
    return Math.floor(block / mostLanes) < Atomics.load(this.#taken, slot) ? slot : undefined;
  }
}
