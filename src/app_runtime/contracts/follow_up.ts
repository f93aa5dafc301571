import { RuntimeError } from "../base/runtime_error.ts";

const prefix = "follow-up:";

/** Who the follow-up tasks in `queue` come from; no source of a configuration can have this name. */
export function followUpSource(queue: string): string {
  return `${prefix}${queue}`;
}

/** The queue of the follow-ups that come from `source`; undefined when it is no such source. */
export function followUpQueue(source: string): string | undefined {
  return isFollowUpSource(source) ? source.slice(prefix.length) : undefined;
}

/** Whether tasks of this source are follow-ups: there is nothing outside to tell when they end. */
export function isFollowUpSource(source: string): boolean {
  return source.startsWith(prefix);
}

/** A follow-up that no transaction could carry any more, or too many of them; nothing of it was written. */
export class FollowUpRefusedError extends RuntimeError {
  readonly code = "FOLLOW_UP_REFUSED";
  override readonly failureClass = "permanent";

  constructor(followUp: string, why: string) {
    super(`The follow-up task ${followUp} was not taken: ${why}`);
  }
}

/** The id of a follow-up belongs to a task from elsewhere; the whole transaction was rolled back. */
export class FollowUpIdTakenError extends RuntimeError {
  readonly code = "FOLLOW_UP_ID_TAKEN";
  override readonly failureClass = "permanent";

  constructor(followUp: string, queue: string) {
    super(
      `The id ${followUp} of a follow-up for queue "${queue}" is that of another task, so nothing was written. Give it an id of its own, made of the id of the task it follows: "invoice:" + task.id.`,
    );
  }
}
