import type { LeaseStore } from "../contracts/lease.ts";
import type { TaskQueue } from "../contracts/task_queue.ts";
import type { DeadLetters } from "../queue/api.ts";
import { QueueNotEmptyError } from "./unit_errors.ts";

/** An open queue of the configuration and what was given up in it. */
export interface QueueSlot {
  readonly queue: TaskQueue;
  readonly deadLetters: DeadLetters;
}

/** Nothing would be lost with it, dead letters included. */
export function isEmpty(queue: TaskQueue): boolean {
  const { waiting, delayed, leased, dead } = queue.stats();
  return waiting + delayed + leased + dead === 0;
}

/** Other runtimes take tasks out of it too, so what is in it belongs to no runtime alone. */
export function isShared(queue: TaskQueue): boolean {
  return queue.capabilities.has("shared-by-processes");
}

/** Whoever takes a task of a source out of it can finish it: the runtimes share their journal too. */
export function sharesTasks(queue: TaskQueue, leases: LeaseStore | undefined): boolean {
  return isShared(queue) && leases?.fencesWrites !== false;
}

export function notEmpty(queue: TaskQueue): QueueNotEmptyError {
  const { waiting, delayed, leased, dead } = queue.stats();
  return new QueueNotEmptyError(queue.name, waiting + delayed + leased, dead);
}
