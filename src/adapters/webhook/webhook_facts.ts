import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import { type FactKind, FactReporter, type IntakeFacts } from "../../app_runtime/intake/api.ts";

/** Everything a webhook source says about itself beyond the platform's own events, as `unit.fact`. */
export const webhookFacts = {
  webhook_listening: { level: "info", message: "Deliveries are taken at {url}." },
  webhook_listen_failed: { level: "warn", message: "{sentence} Next try in {waitMs} ms." },
  webhook_refused: { level: "warn", message: "{count} request(s) refused with {code}; the last one: {sentence}" },
  webhook_no_task: {
    level: "error",
    message: "No task could be made of delivery {deliveryId}, it is refused: {reason}",
  },
  webhook_failed: { level: "error", message: "A request could not be answered: {reason}" },
  webhook_resumed: {
    level: "info",
    message: "{tasks} task(s) that were journaled and not in the queue were published.",
  },
  webhook_trouble: { level: "error", message: "{sentence} Trying again in {waitMs} ms." },
  webhook_trouble_over: { level: "info", message: "{what} works again." },
} as const satisfies Record<string, FactKind>;

/** Reports facts of one source. */
export class WebhookFacts extends FactReporter<keyof typeof webhookFacts> implements IntakeFacts {
  constructor(events: EventChannel, source: string) {
    super(events, source, webhookFacts);
  }

  trouble(sentence: string, waitMs: number): void {
    this.report("webhook_trouble", { sentence, waitMs });
  }

  troubleOver(what: string): void {
    this.report("webhook_trouble_over", { what });
  }

  resumed(tasks: number): void {
    this.report("webhook_resumed", { tasks });
  }
}
