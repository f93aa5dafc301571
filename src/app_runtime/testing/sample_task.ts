import type { Task, TaskId } from "../contracts/task.ts";

export function taskId(text: string): TaskId {
  return text as TaskId;
}

/** A small valid task with this id. */
export function sampleTask(id: string, overrides: Partial<Omit<Task, "id">> = {}): Task {
  return {
    id: taskId(id),
    kind: "mail.received",
    schemaVersion: 1,
    payload: { subject: "12 chairs" },
    priority: 0,
    source: "inbox",
    carrier: {},
    configVersion: "1",
    ...overrides,
  };
}
