import { setTimeout as delay } from "node:timers/promises";
import type { BotProcess } from "../bot_process.ts";

const lookMs = 50;

/** What /health says of the mailbox; undefined while nobody answers. */
export async function sourceHealth(bot: BotProcess): Promise<string | undefined> {
  return (await bot.control.health())?.checks["source:inbox"]?.[0].status;
}

/** Looks at the health of the mailbox all the time, and notes when it got worse. */
export class HealthWatch {
  readonly #bot: BotProcess;
  readonly #stop = new AbortController();
  readonly #since = new Map<string, number>();
  #from = performance.now();
  #state: string | undefined;
  #watching: Promise<void> | undefined;

  constructor(bot: BotProcess) {
    this.#bot = bot;
    this.#watching = this.#watch();
  }

  /** Troubles that are over do not count. */
  from(): void {
    this.#from = performance.now();
    this.#since.clear();
    if (this.#state !== undefined) this.#since.set(this.#state, this.#from);
  }

  /** The worst it said since `from`, and after how many seconds it first said so. */
  get worst(): { readonly state: string; readonly afterS: number } | undefined {
    for (const state of ["fail", "warn"]) {
      const at = this.#since.get(state);
      if (at !== undefined) return { state, afterS: Math.round((at - this.#from) / 10) / 100 };
    }
    return undefined;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#state = await sourceHealth(this.#bot);
      if (this.#state !== undefined && !this.#since.has(this.#state)) this.#since.set(this.#state, performance.now());
      await delay(lookMs);
    }
  }
}
