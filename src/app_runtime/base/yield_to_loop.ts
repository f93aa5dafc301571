/** Lets timers and sockets have their turn: a loop that only awaits finished promises would starve them. */
export function yieldToLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
