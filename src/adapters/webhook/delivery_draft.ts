import type { IncomingHttpHeaders } from "node:http";
import type { JsonValue, TaskDraft } from "../../app_runtime/contracts/task.ts";
import { DeliveryRefusedError } from "./delivery_refused_error.ts";
import { valueAt } from "./json_pointer.ts";
import type { DeliveryToTask, ReceivedDelivery } from "./received_delivery.ts";
import type { WebhookConfig } from "./webhook_schema.ts";

const longestKey = 200;

/** The headers of a request that its task may carry. */
export function keptHeaders(headers: IncomingHttpHeaders, names: readonly string[]): Readonly<Record<string, string>> {
  const kept = names.flatMap((name) => {
    const value = headers[name.toLowerCase()];
    return typeof value === "string" ? [[name.toLowerCase(), value] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** What a delivery becomes: as the configuration says, and as the application says instead. @throws {DeliveryRefusedError} */
export function draftOf(
  delivery: ReceivedDelivery,
  config: WebhookConfig["task"],
  toTask: DeliveryToTask,
): Omit<TaskDraft, "id"> {
  const { source: _, body, blob, ...known } = delivery;
  const payload = blob === undefined ? { ...known, body } : { ...known, blob: { ...blob } };
  const orderKey = keyAt(delivery.body, config.orderKeyFrom, "task.orderKeyFrom");
  const group = keyAt(delivery.body, config.groupFrom, "task.groupFrom");
  return {
    kind: config.kind,
    payload,
    ...(orderKey !== undefined && { orderKey }),
    ...(group !== undefined && { group }),
    ...toTask(delivery),
  };
}

function keyAt(body: JsonValue, pointer: string | undefined, configKey: string): string | undefined {
  const value = pointer === undefined ? undefined : valueAt(body, pointer);
  if (value === undefined || value === null) return undefined;
  const isKey = typeof value === "string" || typeof value === "number";
  if (isKey && String(value).length <= longestKey) return String(value);
  const message = `What stands at ${pointer} in the body (${configKey}) must be a number or a text of at most ${longestKey} characters.`;
  throw new DeliveryRefusedError("WEBHOOK_NO_TASK", message);
}
