import type { Clock } from "../base/clock.ts";
import type { PeerCard } from "../contracts/peers.ts";

/** What this node process costs, each time since it was last asked. */
export class LoadMeter {
  readonly #clock: Clock;
  readonly #takeLoopDelayMs: () => number;
  #askedAt: number;
  #cpu = process.cpuUsage();

  constructor(clock: Clock, takeLoopDelayMs: () => number) {
    this.#clock = clock;
    this.#takeLoopDelayMs = takeLoopDelayMs;
    this.#askedAt = clock.now();
  }

  take(): PeerCard["load"] {
    const [now, cpu] = [this.#clock.now(), process.cpuUsage()];
    const usedMs = (cpu.user - this.#cpu.user + cpu.system - this.#cpu.system) / 1_000;
    const cpuShare = Math.round((usedMs / Math.max(1, now - this.#askedAt)) * 1_000) / 1_000;
    this.#askedAt = now;
    this.#cpu = cpu;
    return { loopDelayMs: this.#takeLoopDelayMs(), rssBytes: process.memoryUsage.rss(), cpuShare };
  }
}
