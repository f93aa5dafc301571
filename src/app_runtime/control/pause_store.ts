import type { ControlledUnit } from "./controlled_unit.ts";

/** Somebody paused a unit; it stays so over restarts until somebody resumes it. */
export interface Pause {
  readonly unit: ControlledUnit;
  readonly by: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** Where pauses are kept while the runtime is down. */
export interface PauseStore {
  /** @throws {PauseFileError} when what was kept cannot be understood. */
  load(): Promise<readonly Pause[]>;
  /** Durable when it resolves. @throws {PauseFileError} when it cannot be kept; what was kept before stays. */
  save(pauses: readonly Pause[]): Promise<void>;
}
