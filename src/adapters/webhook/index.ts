export type { DeliveryToTask, ReceivedDelivery } from "./received_delivery.ts";
export { type WebhookKindParts, webhookSourceKind } from "./webhook_kind.ts";
