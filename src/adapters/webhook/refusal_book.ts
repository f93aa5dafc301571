import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { DeliveryRefusedError, RefusalCode } from "./delivery_refused_error.ts";
import type { WebhookFacts } from "./webhook_facts.ts";

/** Anyone can send anything: of each reason the log hears at most once in this time. */
const quietMs = 60_000;

interface Line {
  total: number;
  untold: number;
  toldAt: number | undefined;
}

/** Counts what was refused, by reason. */
export class RefusalBook {
  readonly #facts: WebhookFacts;
  readonly #lines = new Map<RefusalCode, Line>();
  #unverified = 0;

  constructor(facts: WebhookFacts) {
    this.#facts = facts;
  }

  /** Deliveries in a row whose signature did not fit. */
  get unverified(): number {
    return this.#unverified;
  }

  get total(): number {
    return this.#lines.values().reduce((sum, line) => sum + line.total, 0);
  }

  /** `refused.WEBHOOK_SIGNATURE` and so on. */
  figures(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#lines].map(([code, { total }]) => [`refused.${code}`, total]));
  }

  /** `now` is Clock.now(). */
  refused({ code, message, cause }: DeliveryRefusedError, now: number): void {
    const line = this.#lines.get(code) ?? { total: 0, untold: 0, toldAt: undefined };
    this.#lines.set(code, line);
    line.total += 1;
    line.untold += 1;
    if (code === "WEBHOOK_SIGNATURE") this.#unverified += 1;
    if (line.toldAt !== undefined && now - line.toldAt < quietMs) return;
    // Other causes may quote the request.
    const isOurs = code === "WEBHOOK_UNAVAILABLE" && cause !== undefined;
    const sentence = isOurs ? `${message} (${messageOf(cause)})` : message;
    this.#facts.report("webhook_refused", { code, count: line.untold, sentence });
    line.untold = 0;
    line.toldAt = now;
  }

  verified(): void {
    this.#unverified = 0;
  }
}
