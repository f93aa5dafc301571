/**
 * Time as a part: the platform never asks the operating system for the time itself, so tests move it by hand
 * (`ManualClock` in app_runtime/testing).
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes backwards. For measuring and for waiting. */
  now(): number;
  /** Milliseconds since 1970 UTC; may jump. For what people and other systems read. */
  wallNow(): number;
  /** Calls back once after `delayMs`. Disposing the result cancels it. */
  after(delayMs: number, callback: () => void): Disposable;
}

/** setTimeout counts in 32 bits; a longer wait would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of the machine. */
export class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  wallNow(): number {
    return Date.now();
  }

  after(delayMs: number, callback: () => void): Disposable {
    if (delayMs > longestTimerMs) return this.#longAfter(delayMs, callback);
    const timer = setTimeout(callback, Math.max(0, delayMs));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  #longAfter(delayMs: number, callback: () => void): Disposable {
    let leg: Disposable = this.after(longestTimerMs, () => {
      leg = this.after(delayMs - longestTimerMs, callback);
    });
    return { [Symbol.dispose]: () => leg[Symbol.dispose]() };
  }
}
