/** Milliseconds by the clock of the machine, the same in all its threads and processes. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
