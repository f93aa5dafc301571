import type { Order } from "./order.ts";
import type { OrderId } from "./order_id.ts";
import type { Reason } from "./reason.ts";

/**
 * What becomes of a mail. `accept`: an order stands; `review`: a person decides; `reject`: it was understood and cannot be
 * delivered, and the sender is told why; `ignore`: nothing to do (automatic mail, or a mail we already have).
 */
export type Decision =
  | { readonly kind: "accept"; readonly order: Order; readonly reasons: readonly Reason[] }
  /** `relatedOrderId`: the order that this mail seems to be about. */
  | { readonly kind: "review"; readonly reasons: readonly Reason[]; readonly relatedOrderId?: OrderId }
  | { readonly kind: "reject"; readonly reasons: readonly Reason[] }
  /** `earlierOrderId`: the order that the first mail of its kind became. */
  | { readonly kind: "ignore"; readonly reasons: readonly Reason[]; readonly earlierOrderId?: OrderId };

export type DecisionKind = Decision["kind"];
