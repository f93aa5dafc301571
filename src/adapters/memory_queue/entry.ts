import type { LeasedDelivery } from "../../app_runtime/contracts/delivery.ts";
import type { Task } from "../../app_runtime/contracts/task.ts";

/** A task inside the memory queue, from publish to ack. Times are Clock.now(). */
export interface Entry {
  readonly task: Task;
  attempt: number;
  crashes: number;
  /** When it became able to run; what its age is counted from. */
  readyAt: number;
  /** Set while somebody holds it. */
  delivery: LeasedDelivery | undefined;
}
