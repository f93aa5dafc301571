import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";

/** What health is computed from; times in milliseconds of one monotonic clock. */
export interface WebhookFlow {
  readonly now: number;
  /** Why it does not listen. */
  readonly listenFailure: string | undefined;
  readonly isListening: boolean;
  /** Why deliveries cannot be taken although it listens: journal, queue. */
  readonly trouble: string | undefined;
  /** What an earlier run left is being published, and nothing new is taken. */
  readonly isCatchingUp: boolean;
  readonly lastDeliveryAt: number | undefined;
  readonly refused: number;
  /** Deliveries in a row whose signature did not fit. */
  readonly unverified: number;
}

/** One wrong signature may be anybody's; so many in a row look like the wrong secret. */
const suspiciousRow = 3;

const catchingUpSentence =
  "It refuses deliveries until the queue has room for those that are journaled. Look at the queue's workers.";

/** That nothing comes in proves nothing: senders may have nothing to say. */
export function webhookHealth(flow: WebhookFlow): HealthFinding {
  const { now, listenFailure, isListening, trouble, isCatchingUp, lastDeliveryAt, refused, unverified } = flow;
  const observed = {
    refused,
    ...(lastDeliveryAt !== undefined && { lastDeliveryAgeMs: Math.round(now - lastDeliveryAt) }),
  };
  if (!isListening) return { state: "fail", output: listenFailure ?? "It does not listen yet.", observed };
  if (trouble !== undefined) return { state: "fail", output: trouble, observed };
  if (isCatchingUp) return { state: "warn", output: catchingUpSentence, observed };
  if (unverified >= suspiciousRow) return { state: "warn", output: unverifiedSentence(unverified), observed };
  return { state: "pass", observed };
}

function unverifiedSentence(unverified: number): string {
  return `The last ${unverified} deliveries had no signature that fits. Compare \`secrets\` and \`signature.scheme\` with what the sender has.`;
}
