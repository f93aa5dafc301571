let nextTurn: Promise<void> | undefined;

/**
 * Lets timers and sockets have their turn: a loop that only awaits finished promises would starve them. All who wait go on
 * together: one after the other, each would use up a turn of its own before the next is woken, and the loop would wait for all.
 */
export function yieldToLoop(): Promise<void> {
  nextTurn ??= new Promise((resolve) => {
    setImmediate(() => {
      nextTurn = undefined;
      resolve();
    });
  });
  return nextTurn;
}
