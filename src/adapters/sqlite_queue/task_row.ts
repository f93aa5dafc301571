import type { Task, TaskId } from "../../app_runtime/contracts/task.ts";
import type { TaskRow } from "./queue_protocol.ts";

/** How much of a text that is no task a dead letter shows. */
const shownCharacters = 1_000;

export function rowOf(task: Task): TaskRow {
  return {
    id: task.id,
    source: task.source,
    orderKey: task.orderKey ?? null,
    group: task.group ?? null,
    priority: task.priority,
    dueAt: task.notBefore ?? 0,
    body: JSON.stringify(task),
  };
}

/** Undefined when the text is not the task of this id: a damaged file, or somebody wrote into it. */
export function taskOf(id: string, body: string): Task | undefined {
  try {
    const task = JSON.parse(body) as Partial<Task> | null;
    // Half a character (a lone surrogate) comes back from SQLite as the sign for one that is unknown.
    const isOfId = typeof task?.id === "string" && task.id.toWellFormed() === id;
    return isOfId && typeof task.kind === "string" ? (task as Task) : undefined;
  } catch {
    return undefined;
  }
}

/** Stands in a dead letter for a task that cannot be read; the text itself stays in the file. */
export function unreadableTask(id: string, source: string, body: string): Task {
  return {
    id: id as TaskId,
    kind: "unreadable",
    schemaVersion: 0,
    payload: { text: body.slice(0, shownCharacters) },
    priority: 0,
    source,
    carrier: {},
    configVersion: "",
  };
}
