import { type SourceKind, sourceKind } from "../../app_runtime/contracts/unit_kind.ts";
import { objectionToWebhook } from "./check_webhook.ts";
import type { DeliveryToTask } from "./received_delivery.ts";
import type { WebhookListeners } from "./webhook_listeners.ts";
import { webhookSchema } from "./webhook_schema.ts";

export interface WebhookKindParts {
  /** What a delivery becomes, where the configuration is not to say it. */
  readonly toTask?: DeliveryToTask;
}

/** `adapter: webhook`: each HTTP POST becomes a task. */
export function webhookSourceKind({ toTask }: WebhookKindParts = {}): SourceKind {
  let listeners: WebhookListeners | undefined;
  return sourceKind({
    kind: "webhook",
    schema: webhookSchema,
    journaled: true,
    check: objectionToWebhook,
    worksOn: ({ host, port, path }) => `webhook:${host}:${port}${path}`,
    taskKind: ({ task }) => (toTask === undefined ? task.kind : undefined),
    create: async (config, parts) => {
      const [{ WebhookSource }, module] = await Promise.all([
        import("./webhook_source.ts"),
        import("./webhook_listeners.ts"),
      ]);
      // Shared by the sources of this kind: those of one host and port share its listener.
      listeners ??= new module.WebhookListeners();
      return new WebhookSource({ config, parts, toTask: toTask ?? (() => ({})), listeners, random: Math.random });
    },
  });
}
