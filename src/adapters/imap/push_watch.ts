import type { Uid } from "./mailbox_key.ts";
import type { Generation } from "./open_mailbox.ts";

/** Why the folder is looked at: it was just opened, the server told of mail, somebody asked, or it was time to. */
export type LookCause = "opened" | "told" | "asked" | "timer";

/** One mail found by looking may have come a moment before; the second one in a row was not told of. */
const deafAfter = 2;

/** Compares what the server tells by itself with what we find by looking. */
export class PushWatch {
  #generation: Generation | undefined;
  #highest = 0;
  #foundByRescan = 0;
  #missedInARow = 0;

  /** New mails the server had not told of. */
  get foundByRescan(): number {
    return this.#foundByRescan;
  }

  /** The server forgets to tell of new mail. */
  get isDeaf(): boolean {
    return this.#missedInARow >= deafAfter;
  }

  /** `found`: the unread mails, ascending; `listening`: the server had promised to tell. Answers how many it had not told of. */
  looked(cause: LookCause, generation: Generation, found: readonly Uid[], listening: boolean): number {
    const news = generation === this.#generation ? countAbove(found, this.#highest) : 0;
    this.#highest = Math.max(generation === this.#generation ? this.#highest : 0, found.at(-1) ?? 0);
    this.#generation = generation;
    if (news === 0 || !listening) return 0;
    if (cause === "told") this.#missedInARow = 0;
    if (cause !== "timer") return 0;
    this.#missedInARow += 1;
    this.#foundByRescan += news;
    return news;
  }
}

function countAbove(ascending: readonly Uid[], highest: number): number {
  return ascending.length - (ascending.findLastIndex((uid) => uid <= highest) + 1);
}
