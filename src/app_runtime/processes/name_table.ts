/** Names of processes, each for one process at a time; a process may have several (seed 001, process.registry). */
export interface NameTable {
  /** `taken`: another process has it. `full`: the table has no room for one more. Again for the same process: `done`. */
  register(name: string, pid: string): "done" | "taken" | "full";
  lookup(name: string): string | undefined;
  /** Only its owner may. */
  unregister(name: string, pid: string): "done" | "unknown" | "foreign";
  /** Every name of a process that has ended. Whoever registered them must ask. */
  release(pid: string): void;
}
