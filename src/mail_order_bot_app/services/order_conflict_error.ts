import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** The order book refused a decision several times, although we looked again each time. */
export class OrderConflictError extends RuntimeError {
  readonly code = "BOT_ORDER_CONFLICT";

  constructor(taskId: string, rounds: number) {
    super(
      `The order of task ${taskId} met another order with the same number ${rounds} times, each time unseen by a fresh look. ` +
        "The task is tried again; if this stays, compare OrderBook.history with what commit refuses.",
    );
  }
}
