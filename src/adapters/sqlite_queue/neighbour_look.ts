import type { Clock } from "../../app_runtime/base/clock.ts";

/** Pause between two looks for what other processes have done: while somebody waits, less often when they are silent, or nobody waits. */
const lookWhileWaitingMs = 50;
const lookWhileSilentMs = 200;
const lookMs = 500;
const silentAfterMs = 10_000;

/** Looks again and again for what other processes that share the file have done: they tell nobody. */
export class NeighbourLook {
  readonly #clock: Clock;
  readonly #isAwaited: () => boolean;
  readonly #look: () => Promise<void>;
  #next: Disposable | undefined;
  #looking: Promise<void> | undefined;
  /** Clock.now() when another process was last seen to write. */
  #othersAt = 0;
  #stopped = true;

  constructor(parts: {
    readonly clock: Clock;
    /** Somebody waits for what others may do. */
    readonly isAwaited: () => boolean;
    readonly look: () => Promise<void>;
  }) {
    this.#clock = parts.clock;
    this.#isAwaited = parts.isAwaited;
    this.#look = parts.look;
  }

  start(): void {
    this.#stopped = false;
    this.schedule();
  }

  /** The next look, sooner if somebody has begun to wait. */
  schedule(): void {
    this.#next?.[Symbol.dispose]();
    if (this.#stopped) return;
    const areSilent = this.#clock.now() - this.#othersAt > silentAfterMs;
    const pauseMs = !this.#isAwaited() ? lookMs : areSilent ? lookWhileSilentMs : lookWhileWaitingMs;
    this.#next = this.#clock.after(pauseMs, () => {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
        this.schedule();
      });
    });
  }

  sawOthers(): void {
    this.#othersAt = this.#clock.now();
  }

  /** The look that is under way. */
  get looking(): Promise<void> | undefined {
    return this.#looking;
  }

  stop(): void {
    this.#stopped = true;
    this.#next?.[Symbol.dispose]();
  }
}
