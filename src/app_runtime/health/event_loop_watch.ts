import type { Clock } from "../base/clock.ts";
import type { Component } from "../contracts/component.ts";
import type { HealthContributor, HealthFinding } from "../contracts/health_contributor.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";

export interface EventLoopWatchParts {
  readonly clock: Clock;
  readonly events: EventChannel;
  /**
   * Ids of the tasks that were in a handler's hands at any moment since `since` (Clock.now). Those already finished count:
   * the one that blocked the loop is usually done before anybody else gets a turn.
   */
  readonly tasksSince: (since: number) => readonly string[];
  /** How often the loop must prove that it turns; 200 ms unless told. */
  readonly beatMs?: number;
  /** A longer standstill is reported; 1 s unless told. One just above it may be missed by up to a beat. */
  readonly blockedAfterMs?: number;
}

interface Block {
  readonly endedAt: number;
  readonly blockedMs: number;
  readonly suspects: readonly string[];
}

/** A standstill is a warning for this long, so that a person who looks afterwards still sees it. */
const rememberedMs = 60_000;
const maxSuspects = 10;

/**
 * Notices that something held the event loop: no timer, no lease renewal and no probe runs meanwhile. It says so with the
 * tasks that may have done it (`loop.blocked`) and warns for a minute.
 */
export class EventLoopWatch implements Component, HealthContributor {
  readonly name = "runtime:event_loop";
  readonly needs: readonly string[] = [];
  readonly required = false;
  readonly #parts: EventLoopWatchParts;
  readonly #beatMs: number;
  readonly #blockedAfterMs: number;
  #beat: Disposable | undefined;
  #lastBeatAt = 0;
  #lastBlock: Block | undefined;
  #longestDelayMs = 0;

  constructor(parts: EventLoopWatchParts) {
    this.#parts = parts;
    this.#beatMs = parts.beatMs ?? 200;
    this.#blockedAfterMs = parts.blockedAfterMs ?? 1_000;
  }

  start(): Promise<void> {
    this.#beat ??= this.#nextBeat();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#beat?.[Symbol.dispose]();
    this.#beat = undefined;
    return Promise.resolve();
  }

  check(): HealthFinding {
    const block = this.#lastBlock;
    const agoMs = block === undefined ? Number.POSITIVE_INFINITY : this.#parts.clock.now() - block.endedAt;
    if (block === undefined || agoMs > rememberedMs) return { state: "pass" };
    return {
      state: "warn",
      output: `The event loop stood still for ${block.blockedMs} ms, ${Math.round(agoMs / 1_000)} s ago${during(block)}. Nothing else could run; move long computations out of the handler or split them.`,
      observed: { blockedMs: block.blockedMs, suspects: block.suspects.join(", ") },
    };
  }

  /** The longest that a beat was late since this was last asked, in milliseconds. */
  takeLongestDelayMs(): number {
    const longest = this.#longestDelayMs;
    this.#longestDelayMs = 0;
    return longest;
  }

  #nextBeat(): Disposable {
    this.#lastBeatAt = this.#parts.clock.now();
    return this.#parts.clock.after(this.#beatMs, () => {
      this.#judge(this.#parts.clock.now() - this.#lastBeatAt);
      this.#beat = this.#nextBeat();
    });
  }

  #judge(sinceLastBeatMs: number): void {
    const blockedMs = Math.round(sinceLastBeatMs - this.#beatMs);
    this.#longestDelayMs = Math.max(this.#longestDelayMs, blockedMs);
    if (blockedMs <= this.#blockedAfterMs) return;
    const suspects = this.#parts.tasksSince(this.#lastBeatAt).slice(0, maxSuspects);
    this.#lastBlock = { endedAt: this.#parts.clock.now(), blockedMs, suspects };
    this.#parts.events.emit({ kind: "loop.blocked", unit: "runtime", blockedMs, suspects });
  }
}

function during(block: Block): string {
  return block.suspects.length === 0 ? "" : `, while these tasks ran: ${block.suspects.join(", ")}`;
}
