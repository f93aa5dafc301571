import { RuntimeError } from "../base/runtime_error.ts";

/** A process could not begin: its entry or host is unknown, its host is full or stopping, or its code refused. */
export class ProcessRefusedError extends RuntimeError {
  readonly code = "PROCESS_REFUSED";
  readonly why: string;

  constructor(entry: string, host: string, why: string) {
    super(`${entry} did not start on ${host}: ${why}.`);
    this.why = why;
  }
}

/** The lane of a process broke or hung. It was replaced; the processes that ran on it are gone. */
export class LaneLostError extends RuntimeError {
  readonly code = "PROCESS_LANE_LOST";
  readonly slot: number;

  constructor(slot: number, why: string) {
    super(`Lane ${slot} was lost with its processes: ${why}.`);
    this.slot = slot;
  }
}

/** The runtime of processes is closed, or was never started. */
export class ProcessesClosedError extends RuntimeError {
  readonly code = "PROCESSES_CLOSED";

  constructor() {
    super("The runtime of processes is not running: start() it first, and ask nothing after close().");
  }
}
