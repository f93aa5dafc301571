import type { Attributes, Span } from "@opentelemetry/api";
import type { Task } from "../contracts/task.ts";

/*
 * What the spans of a queue say of themselves, in the words of OpenTelemetry's messaging conventions
 * (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/); what those have no word for begins with
 * `app_runtime.`. A span begins with what the conventions let a sampler choose by and is told the rest when it is known
 * to be recorded: an SDK checks an attribute given at the beginning twice.
 */

export function publishSampling(queue: string): Attributes {
  return {
    "messaging.destination.name": queue,
    "messaging.operation.name": "publish",
    "messaging.operation.type": "send",
  };
}

export function processSampling(queue: string): Attributes {
  return {
    "messaging.destination.name": queue,
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
  };
}

export function describePublish(span: Span, taskId: string, configVersion: string): void {
  span.setAttribute("messaging.system", "app_runtime");
  span.setAttribute("messaging.message.id", taskId);
  span.setAttribute("app_runtime.config.version", configVersion);
}

export function describeProcess(span: Span, task: Task, attempt: number, configVersion: string): void {
  describePublish(span, task.id, configVersion);
  span.setAttribute("app_runtime.task.kind", task.kind);
  span.setAttribute("app_runtime.task.attempt", attempt);
}
