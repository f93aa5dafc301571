import type { BotIdentity } from "../domain/bot_identity.ts";

/** What the shop has decided once for all customers. */
export interface OrderRules {
  readonly identity: BotIdentity;
  /** The name under which our own mail server writes Authentication-Results; absent if it writes none, so that nothing is proven. */
  readonly authservId?: string;
  /** A line for more pieces than this is not accepted by mail. */
  readonly maxQuantity: number;
  /** The brake against two machines answering each other. */
  readonly maxRepliesPerHour: number;
}

export const defaultLimits = { maxQuantity: 10_000, maxRepliesPerHour: 20 } as const;
