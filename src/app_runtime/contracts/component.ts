/**
 * Something that runs inside the runtime. Components start in the order of their needs, level by level, and stop in
 * reverse. Source: seed 000, "Components"; architecture, section 3.
 */
export interface Component {
  readonly name: string;
  /** Names of the components that must run before this one. */
  readonly needs: readonly string[];
  /** Prepare without acting: open files, bind nothing. What it took is given back by stop(). */
  load?(): Promise<void>;
  start?(): Promise<void>;
  /** Must finish soon after `signal` aborts (the deadline). Called also when start() failed or never ran; idempotent. */
  stop?(signal: AbortSignal): Promise<void>;
}
