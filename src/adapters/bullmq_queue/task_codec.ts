import type { DeadLetter, DeadLetterReason } from "../../app_runtime/contracts/dead_letter.ts";
import type { JsonValue, Task, TaskId } from "../../app_runtime/contracts/task.ts";

/** A task's name in Redis: never that of a key of BullMQ's (`wait`, `<id>:lock`), whatever the id. */
export function jobIdOf(id: TaskId): string {
  return `t.${/[%:]/.test(id) ? id.replaceAll("%", "%25").replaceAll(":", "%3A") : id}`;
}

export function taskIdOf(jobId: string): TaskId {
  return jobId.slice(2).replaceAll("%3A", ":").replaceAll("%25", "%") as TaskId;
}

export interface EncodedTask {
  readonly task: Task;
  readonly data: string;
}

/** What the script `publish` wants of a task. */
export function publishArgs({ task, data }: EncodedTask, wallNow: number): readonly (string | number)[] {
  const waitMs = task.notBefore === undefined ? 0 : Math.max(0, Math.ceil(task.notBefore - wallNow));
  const { kind, priority, group = "", orderKey = "", source } = task;
  return [jobIdOf(task.id), kind, data, waitMs, priority, group, orderKey, source];
}

/**
 * Undefined when this is no task: somebody else wrote it. Where it stands is what it will have to leave, so a text that names
 * another place is none, either.
 */
export function taskOf(
  jobId: string,
  data: string,
  stands?: { readonly orderKey: string; readonly group: string },
): Task | undefined {
  try {
    const task = JSON.parse(data) as Partial<Task> | null;
    const isTask = isSame(task?.id, taskIdOf(jobId)) && typeof task?.kind === "string";
    const isThere =
      stands === undefined || (isSame(task?.orderKey, stands.orderKey) && isSame(task?.group, stands.group));
    return isTask && isThere ? (task as Task) : undefined;
  } catch {
    return undefined;
  }
}

/** Half a character (a lone surrogate) comes back from Redis as the sign for one that is unknown. */
function isSame(text: string | undefined, stored: string): boolean {
  return (text ?? "").toWellFormed() === stored;
}

/** Of text that is no task, so much is shown. */
const shownCharacters = 2_000;

/** A task for what could not be decoded, so that it can be looked at and discarded. */
function unreadable(jobId: string, data: string): Task {
  return {
    id: taskIdOf(jobId),
    kind: "unreadable",
    schemaVersion: 0,
    payload: data.slice(0, shownCharacters) as JsonValue,
    priority: 0,
    source: "",
    carrier: {},
    configVersion: "",
  };
}

/** [id, data, reason, detail, attempts, diedAt], as the scripts answer. */
export type LetterReply = readonly [string, string, string, string, string, string];

export function letterOf([jobId, data, reason, detail, attempts, diedAt]: LetterReply): DeadLetter {
  return {
    task: taskOf(jobId, data) ?? unreadable(jobId, data),
    reason: reason as DeadLetterReason,
    detail,
    attempts: Number(attempts),
    diedAt: Number(diedAt),
  };
}
