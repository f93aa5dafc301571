/** Lets the wall clock of this process jump at SIGUSR2, and back at the next; timers go on as they do in a real jump. */
export function jumpAtSignal(jumpMs: number): void {
  const now = Date.now;
  let jumped = false;
  Date.now = () => now() + (jumped ? jumpMs : 0);
  process.on("SIGUSR2", () => {
    jumped = !jumped;
  });
}
