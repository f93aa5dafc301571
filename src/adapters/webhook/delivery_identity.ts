import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { JsonValue, TaskId } from "../../app_runtime/contracts/task.ts";
import { DeliveryRefusedError } from "./delivery_refused_error.ts";
import { valueAt } from "./json_pointer.ts";
import { idHeaderBeside } from "./signatures/standard_webhooks.ts";
import type { WebhookConfig } from "./webhook_schema.ts";

/** What tells a delivery from others. */
export interface DeliveryIdentity {
  readonly deliveryId: string;
  readonly taskId: TaskId;
  /** Of its name and its body. */
  readonly fingerprint: string;
  /** A name in a header may be put before any body: then the same name needs the same body. */
  readonly bodyMatters: boolean;
}

const nameShape = /^[\x21-\x7e]{1,200}$/;

/** Reads what names deliveries of one source. */
export class DeliveryNames {
  readonly #source: string;
  readonly #header: string | undefined;
  readonly #pointer: string | undefined;

  constructor(source: string, { signature, deliveryId }: Pick<WebhookConfig, "signature" | "deliveryId">) {
    const isChosen = deliveryId.header !== undefined || deliveryId.pointer !== undefined;
    this.#source = source;
    this.#header = isChosen ? deliveryId.header?.toLowerCase() : headerOf(signature);
    this.#pointer = isChosen ? deliveryId.pointer : pointerOf(signature);
  }

  /** @throws {DeliveryRefusedError} for a name that cannot be one. */
  identify(headers: IncomingHttpHeaders, bytes: Uint8Array, body: JsonValue): DeliveryIdentity {
    const digest = createHash("sha256").update(bytes).digest("hex");
    const inHeader = this.#header === undefined ? undefined : headers[this.#header];
    const inBody = this.#pointer === undefined ? undefined : valueAt(body, this.#pointer);
    const named = inHeader ?? inBody;
    const deliveryId = named === undefined ? `sha256-${digest}` : nameIn(named);
    return {
      deliveryId,
      taskId: `webhook:${this.#source}:${deliveryId}` as TaskId,
      fingerprint: `${deliveryId} ${digest}`,
      bodyMatters: inHeader !== undefined,
    };
  }
}

function headerOf({ scheme, header }: WebhookConfig["signature"]): string | undefined {
  if (scheme === "standard") return idHeaderBeside((header ?? "webhook-signature").toLowerCase());
  return scheme === "github" ? "x-github-delivery" : undefined;
}

function pointerOf({ scheme }: WebhookConfig["signature"]): string | undefined {
  return scheme === "stripe" ? "/id" : undefined;
}

function nameIn(value: unknown): string {
  const name = typeof value === "number" ? String(value) : value;
  if (typeof name === "string" && nameShape.test(name)) return name;
  const message = "The delivery's id must be 1 to 200 characters of ASCII without spaces, given once.";
  throw new DeliveryRefusedError("WEBHOOK_DELIVERY_ID", message);
}
