import type { IncomingHttpHeaders } from "node:http";
import { DeliveryRefusedError } from "./delivery_refused_error.ts";

const thisMachine = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Where nothing is verified, keeps web pages and the rest of the world out. After DNS rebinding a page of any site could
 * post here, and a reverse proxy would let anyone in; but neither hides the name it was reached by (Host), nor a page where
 * it comes from (Origin). @throws {DeliveryRefusedError}
 */
export function guardUnverified({ host, origin }: IncomingHttpHeaders): void {
  if (host !== undefined && thisMachine.test(host) && origin === undefined) return;
  const message = "Without `secrets` only programs of this machine may send, to 127.0.0.1, [::1] or localhost.";
  throw new DeliveryRefusedError("WEBHOOK_HOST_REFUSED", message);
}
