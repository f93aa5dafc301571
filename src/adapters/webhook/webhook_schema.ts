import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

const signatureSchema = {
  scheme: {
    doc: "How senders sign. standard: the Standard Webhooks specification (`webhook-signature`). github: `X-Hub-Signature-256: sha256=…`. stripe: `Stripe-Signature: t=…,v1=…`. hmac: the digest of the body alone in `header`, hex or base64.",
    format: ["standard", "github", "stripe", "hmac"],
    default: "standard",
  },
  header: {
    doc: "The header of the signature, where the sender has another than its scheme. Of `svix-signature` the id and the time are expected in `svix-id` and `svix-timestamp`.",
    format: "nonempty",
    default: null,
    optional: true,
  },
  tolerance: {
    doc: "standard, stripe: a signature that is older, or as much in the future, is refused. It bounds how long a captured request can be replayed after the journal has forgotten it.",
    format: "duration",
    default: "5m",
    min: "1s",
    max: "1h",
  },
} as const satisfies Schema;

const deliveryIdSchema = {
  header: {
    doc: "The header that names the delivery. Absent: `webhook-id` (standard), `X-GitHub-Delivery` (github), none (hmac).",
    format: "nonempty",
    default: null,
    optional: true,
  },
  pointer: {
    doc: "Instead of a header: where its name stands in the body, as a JSON pointer (RFC 6901). Absent: `/id` for stripe. Deliveries of one name are then the same whatever else their bodies say.",
    format: "nonempty",
    default: null,
    optional: true,
  },
} as const satisfies Schema;

const taskSchema = {
  kind: { doc: "Kind of the tasks, for their handler.", format: "nonempty", default: "webhook.received" },
  headers: {
    doc: "Headers that the task carries, besides its body.",
    format: "list",
    of: "nonempty",
    default: ["user-agent", "x-github-event"],
  },
  orderKeyFrom: {
    doc: "JSON pointer (RFC 6901) to the text or number in the body that is the task's order key, such as `/customer/id`. A body without it makes a task without order key.",
    format: "nonempty",
    default: null,
    optional: true,
  },
  groupFrom: { doc: "Likewise for the task's group.", format: "nonempty", default: null, optional: true },
} as const satisfies Schema;

const rateLimitSchema = {
  deliveries: { doc: "At most this many at once ...", format: "count", min: 1, max: 100_000, default: null },
  per: { doc: "... and per time of this length.", format: "duration", min: "1ms", max: "1h", default: null },
} as const satisfies Schema;

/** Config of `adapter: webhook`: each HTTP POST becomes a task. */
export const webhookSchema = {
  host: {
    doc: "Address it listens on. Without `secrets` only an address of this machine. It speaks plain HTTP: for TLS put a reverse proxy before it.",
    format: "hostname",
    default: "127.0.0.1",
  },
  port: {
    doc: "Port it listens on; 0 takes any that is free and says which in the log. Sources of one host and port share it, each with its own path.",
    format: "port",
    default: null,
  },
  path: { doc: 'Where senders post to, such as "/hooks/orders".', format: "nonempty", default: null },
  secrets: {
    doc: "What senders sign with. Several while one replaces another: any of them is right. Write ${env:NAME} or ${secret:name}; shown nowhere. Without any, nothing is verified.",
    format: "list",
    of: "secret",
    default: null,
    optional: true,
  },
  signature: { doc: "How senders sign.", format: "section", of: signatureSchema },
  deliveryId: {
    doc: "What names a delivery, so that one that is sent again is no second task. A delivery without a name is named by its body.",
    format: "section",
    of: deliveryIdSchema,
  },
  task: { doc: "What a delivery becomes.", format: "section", of: taskSchema },
  maxBodySize: {
    doc: "A larger body is refused (413). One over 1MB goes to the blob store, and its task carries the reference.",
    format: "size",
    default: "1MB",
    min: "1B",
    max: "10MB",
  },
  requestTimeout: {
    doc: "A body that has not arrived within this time is refused (408), and its sender cut off.",
    format: "duration",
    default: "10s",
    min: "10ms",
    max: "5m",
  },
  concurrency: {
    doc: "Requests of this source under way at once; more are refused (503). Bounds memory, together with `maxBodySize`.",
    format: "count",
    default: 64,
    min: 1,
    max: 10_000,
  },
  rateLimit: {
    doc: "More verified deliveries than this are refused (429).",
    format: "section",
    of: rateLimitSchema,
    optional: true,
  },
  connections: {
    doc: "Connections open at once; more are closed. Of several sources on one port the largest number holds.",
    format: "count",
    default: 256,
    min: 1,
    max: 10_000,
  },
} as const satisfies Schema;

export type WebhookConfig = ConfigOf<typeof webhookSchema>;
