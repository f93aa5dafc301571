import type { Attributes } from "@opentelemetry/api";
import type { Task } from "../contracts/task.ts";

/**
 * What the spans of a queue say of themselves, in the words of OpenTelemetry's messaging conventions
 * (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/); what those have no word for begins with
 * `app_runtime.`.
 */
export function publishAttributes(queue: string, taskId: string, configVersion: string): Attributes {
  return {
    "messaging.system": "app_runtime",
    "messaging.destination.name": queue,
    "messaging.operation.name": "publish",
    "messaging.operation.type": "send",
    "messaging.message.id": taskId,
    "app_runtime.config.version": configVersion,
  };
}

export function processAttributes(queue: string, task: Task, attempt: number, configVersion: string): Attributes {
  return {
    "messaging.system": "app_runtime",
    "messaging.destination.name": queue,
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.message.id": task.id,
    "app_runtime.task.kind": task.kind,
    "app_runtime.task.attempt": attempt,
    "app_runtime.config.version": configVersion,
  };
}
