import { Fifo } from "../../app_runtime/base/fifo.ts";
import type { Entry } from "./entry.ts";

/**
 * One line per order key; only its head may be ready, delayed or leased. A head that retries stays the head: that is what
 * keeps the order across retries.
 */
export class OrderKeys {
  readonly #lines = new Map<string, Fifo<Entry>>();

  /** True when the entry may run: it has no key, or it is the first of its key. */
  enter(entry: Entry): boolean {
    const key = entry.task.orderKey;
    if (key === undefined) return true;
    const line = this.#lines.get(key);
    if (line === undefined) {
      const fresh = new Fifo<Entry>();
      fresh.push(entry);
      this.#lines.set(key, fresh);
      return true;
    }
    line.push(entry);
    return false;
  }

  /** The head of this key has finished; returns the next one, which may run now. */
  leave(entry: Entry): Entry | undefined {
    const key = entry.task.orderKey;
    if (key === undefined) return undefined;
    const line = this.#lines.get(key);
    line?.shift();
    const next = line?.peek();
    if (next === undefined) this.#lines.delete(key);
    return next;
  }

  /** Returns the entries that have become the first of their key. */
  drop(matches: (entry: Entry) => boolean): readonly Entry[] {
    const heads: Entry[] = [];
    for (const [key, line] of this.#lines) {
      const before = line.peek();
      line.drop(matches);
      const head = line.peek();
      if (head === undefined) this.#lines.delete(key);
      else if (head !== before) heads.push(head);
    }
    return heads;
  }
}
