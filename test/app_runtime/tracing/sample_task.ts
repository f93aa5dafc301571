import type { Task, TaskId, TraceCarrier } from "../../../src/app_runtime/contracts/task.ts";

export function sampleTask(carrier: TraceCarrier): Task {
  return {
    id: "mail-7" as TaskId,
    kind: "mail.received",
    schemaVersion: 1,
    payload: null,
    priority: 0,
    source: "inbox",
    carrier,
    configVersion: "v1",
  };
}
