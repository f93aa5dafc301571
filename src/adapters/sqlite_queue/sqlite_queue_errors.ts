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
