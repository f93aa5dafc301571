import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** Two queues in one file would work off each other's tasks. */
export class QueueFileTakenError extends RuntimeError {
  readonly code = "QUEUE_FILE_TAKEN";
  override readonly failureClass = "permanent";

  constructor(queue: string, file: string, owner: string) {
    super(
      `The file ${file} belongs to queue "${owner}", not to "${queue}". Give queues.${queue} a file of its own, or the name it had.`,
    );
  }
}

/** Somebody took the queue's file away, or put another in its place, while it was in use: nothing more is accepted into it. */
export class QueueFileGoneError extends RuntimeError {
  readonly code = "QUEUE_FILE_GONE";
  override readonly failureClass = "outage";

  constructor(file: string) {
    super(
      `${file}, or its -wal or -shm file, was deleted or replaced while in use: what the queue does now is lost. Stop the runtime, put the file back and start again.`,
    );
  }
}
