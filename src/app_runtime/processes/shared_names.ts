import { fnv1a } from "./fnv1a.ts";
import type { NameTable } from "./name_table.ts";

const recordBytes = 1024;
const nameRoom = 256;
const pidAt = 8 + nameRoom;
const headerBytes = 64;
const states = { empty: 0, used: 1, removed: 2 };
/** A thread that holds the lock for longer has died with it: the work under it takes microseconds. */
const patienceMs = 1000;

/**
 * The names of all lanes, in memory that their threads share: what one registers, the others see at once. A hash table
 * with open addressing. A record counts from the moment its state says so, which is written last, so that a thread that
 * dies in the middle leaves nothing half done. Each thread has an instance of its own over the same memory.
 */
export class SharedNames implements NameTable {
  /** For the threads: `new SharedNames({ shared })` there is the same table. */
  readonly shared: SharedArrayBuffer;
  readonly #lock: Int32Array;
  readonly #states: Int32Array;
  readonly #bytes: Buffer;
  readonly #capacity: number;
  /** Of the processes that registered theirs through this instance. */
  readonly #own = new Map<string, Set<string>>();

  /** `maxNames` is rounded up to a power of two; the memory of names that nobody uses is never touched. */
  constructor({ shared, maxNames = 32_768 }: { readonly shared?: SharedArrayBuffer; readonly maxNames?: number } = {}) {
    const capacity = 2 ** Math.ceil(Math.log2(maxNames * 2));
    this.shared = shared ?? new SharedArrayBuffer(headerBytes + capacity * recordBytes);
    this.#capacity = (this.shared.byteLength - headerBytes) / recordBytes;
    this.#lock = new Int32Array(this.shared, 0, 3);
    this.#states = new Int32Array(this.shared);
    this.#bytes = Buffer.from(this.shared);
  }

  register(name: string, pid: string): "done" | "taken" | "full" {
    return this.#locked(() => {
      const found = this.#find(name);
      if (found.at !== undefined) return this.#pidAt(found.at) === pid ? "done" : "taken";
      if (found.free === undefined || this.#used >= this.#capacity / 2) return "full";
      this.#write(found.free, name, pid);
      this.#remember(name, pid);
      return "done";
    });
  }

  lookup(name: string): string | undefined {
    return this.#locked(() => {
      const { at } = this.#find(name);
      return at === undefined ? undefined : this.#pidAt(at);
    });
  }

  unregister(name: string, pid: string): "done" | "unknown" | "foreign" {
    return this.#locked(() => {
      const { at } = this.#find(name);
      if (at === undefined) return "unknown";
      if (this.#pidAt(at) !== pid) return "foreign";
      this.#remove(at);
      this.#own.get(pid)?.delete(name);
      return "done";
    });
  }

  release(pid: string): void {
    for (const name of this.#own.get(pid) ?? []) this.unregister(name, pid);
    this.#own.delete(pid);
  }

  /** The names of all processes of which that is true: those of a lane that is lost. Looks at the whole table. */
  releaseWhere(isLost: (pid: string) => boolean): void {
    this.#locked(() => {
      for (let at = 0; at < this.#capacity; at++) {
        if (this.#stateOf(at) === states.used && isLost(this.#pidAt(at))) this.#remove(at);
      }
    });
  }

  get #used(): number {
    return this.#lock[1] ?? 0;
  }

  #locked<T>(work: () => T): T {
    const ticket = (Atomics.add(this.#lock, 2, 1) & 0x3fffffff) + 1;
    let seen = 0;
    for (let waitedMs = 0; ; waitedMs++) {
      const holder = Atomics.compareExchange(this.#lock, 0, waitedMs > patienceMs ? seen : 0, ticket);
      if (holder === 0 || (waitedMs > patienceMs && holder === seen)) break;
      if (holder !== seen) waitedMs = 0;
      seen = holder;
      Atomics.wait(this.#lock, 0, holder, 1);
    }
    try {
      return work();
    } finally {
      Atomics.store(this.#lock, 0, 0);
      Atomics.notify(this.#lock, 0, 1);
    }
  }

  /** The record of the name, or where there is room for it. */
  #find(name: string): { readonly at?: number; readonly free?: number } {
    const wanted = Buffer.from(name);
    if (wanted.length > nameRoom) return {};
    let free: number | undefined;
    for (let step = 0, at = fnv1a(name) & (this.#capacity - 1); step < this.#capacity; step++) {
      const state = this.#stateOf(at);
      if (state !== states.used) free ??= at;
      if (state === states.empty) break;
      if (state === states.used && this.#isNamed(at, wanted)) return { at };
      at = (at + 1) & (this.#capacity - 1);
    }
    return free === undefined ? {} : { free };
  }

  #write(at: number, name: string, pid: string): void {
    const start = this.#startOf(at);
    this.#bytes.writeUInt16LE(this.#bytes.write(name, start + 8), start + 4);
    this.#bytes.writeUInt16LE(this.#bytes.write(pid, start + pidAt), start + 6);
    Atomics.store(this.#states, start / 4, states.used);
    Atomics.add(this.#lock, 1, 1);
  }

  /** What is removed stays in the way of those behind it, unless there are none. */
  #remove(at: number): void {
    const next = (at + 1) & (this.#capacity - 1);
    const isLast = this.#stateOf(next) === states.empty;
    Atomics.store(this.#states, this.#startOf(at) / 4, isLast ? states.empty : states.removed);
    Atomics.sub(this.#lock, 1, 1);
  }

  #remember(name: string, pid: string): void {
    const names = this.#own.get(pid);
    if (names === undefined) this.#own.set(pid, new Set([name]));
    else names.add(name);
  }

  #startOf(at: number): number {
    return headerBytes + at * recordBytes;
  }

  #stateOf(at: number): number {
    return Atomics.load(this.#states, this.#startOf(at) / 4);
  }

  #isNamed(at: number, wanted: Buffer): boolean {
    const start = this.#startOf(at);
    const length = this.#bytes.readUInt16LE(start + 4);
    return length === wanted.length && this.#bytes.compare(wanted, 0, length, start + 8, start + 8 + length) === 0;
  }

  #pidAt(at: number): string {
    const start = this.#startOf(at);
    return this.#bytes.toString("utf8", start + pidAt, start + pidAt + this.#bytes.readUInt16LE(start + 6));
  }
}
