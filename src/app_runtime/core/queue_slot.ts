import type { LeaseStore } from "../contracts/lease.ts";
import type { TaskQueue } from "../contracts/task_queue.ts";
import type { DeadLetters } from "../queue/api.ts";
import { QueueNotEmptyError } from "./unit_errors.ts";

/** An open queue of the configuration and what was given up in it. */
export interface QueueSlot {
  readonly queue: TaskQueue;
  readonly deadLetters: DeadLetters;
  /** Where its tasks stay when it is closed; undefined: nowhere. */
  readonly keptIn: string | undefined;
}

/** Nothing is in it, dead letters included. */
export function isEmpty({ queue }: QueueSlot): boolean {
  const { tasks, deadLetters } = heldBy(queue);
  return tasks + deadLetters === 0;
}

/** Other runtimes take tasks out of it too, so what is in it belongs to no runtime alone. */
export function isShared(queue: TaskQueue): boolean {
  return queue.capabilities.has("shared-by-processes");
}

/** Whoever takes a task of a source out of it can finish it: the runtimes share their journal too. */
export function sharesTasks(queue: TaskQueue, leases: LeaseStore | undefined): boolean {
  return isShared(queue) && leases?.fencesWrites !== false;
}

export function notEmpty({ queue, keptIn }: QueueSlot): QueueNotEmptyError {
  return new QueueNotEmptyError(queue.name, heldBy(queue), keptIn);
}

/** What somebody should know who takes a queue out of the configuration that keeps its tasks. */
export function sentenceOfLeft({ queue, keptIn }: QueueSlot): string {
  const { tasks, deadLetters } = heldBy(queue);
  return `It was taken out of the configuration with ${tasks} tasks and ${deadLetters} dead letters, which stay in ${keptIn}. Whoever has this queue works on them; here that is so when it is put back.`;
}

function heldBy(queue: TaskQueue): { readonly tasks: number; readonly deadLetters: number } {
  const { waiting, delayed, leased, dead } = queue.stats();
  return { tasks: waiting + delayed + leased, deadLetters: dead };
}
