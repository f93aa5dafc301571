import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { formatDuration } from "../../../app_runtime/base/duration.ts";
import { DeliveryRefusedError } from "../delivery_refused_error.ts";
import type { WebhookConfig } from "../webhook_schema.ts";
import { githubScheme, hmacScheme } from "./body_digest.ts";
import { notSigned, type Signature, type SignatureScheme } from "./signature.ts";
import { standardScheme } from "./standard_webhooks.ts";
import { stripeScheme } from "./stripe.ts";

export function schemeOf({ scheme, header: written }: WebhookConfig["signature"]): SignatureScheme {
  const header = written?.toLowerCase();
  switch (scheme) {
    case "standard":
      return standardScheme(header);
    case "github":
      return githubScheme(header);
    case "stripe":
      return stripeScheme(header);
    case "hmac":
      return hmacScheme(header ?? "");
  }
}

/** Whether a request comes from somebody who knows a secret. */
export class SignatureCheck {
  readonly #scheme: SignatureScheme;
  readonly #keys: readonly Buffer[];
  readonly #toleranceMs: number;

  constructor({ signature, secrets = [] }: Pick<WebhookConfig, "signature" | "secrets">) {
    const scheme = schemeOf(signature);
    this.#scheme = scheme;
    this.#keys = secrets.flatMap((secret) => scheme.key(secret) ?? []);
    this.#toleranceMs = signature.tolerance;
  }

  /** `wallNow` in milliseconds since 1970 UTC. @throws {DeliveryRefusedError} */
  verify(headers: IncomingHttpHeaders, body: Uint8Array, wallNow: number): void {
    const signature = this.#scheme.read(headers, body);
    if (!this.#fits(signature)) {
      throw notSigned(
        `The signature in ${this.#scheme.header} does not fit the body. Compare the secrets of both sides.`,
      );
    }
    // Only now: the time is worth something because it is signed.
    if (signature.signedAt !== undefined) this.#guardTime(signature.signedAt * 1_000, wallNow);
  }

  /** Every digest with every key, so that the time it takes tells nothing. */
  #fits({ digests, signed }: Signature): boolean {
    let fits = false;
    for (const key of this.#keys) {
      const hmac = createHmac("sha256", key);
      for (const piece of signed) hmac.update(piece);
      const expected = hmac.digest();
      for (const digest of digests) fits = timingSafeEqual(digest, expected) || fits;
    }
    return fits;
  }

  #guardTime(signedAtMs: number, wallNow: number): void {
    const ageMs = wallNow - signedAtMs;
    if (Math.abs(ageMs) <= this.#toleranceMs) return;
    const seconds = Math.round(Math.abs(ageMs) / 1_000);
    const off = ageMs > 0 ? `${seconds} s ago` : `${seconds} s in the future`;
    const message = `The request was signed ${off} by this machine's clock, more than the ${formatDuration(this.#toleranceMs)} that are tolerated. Sign it when it is sent, and compare the clocks of both sides.`;
    throw new DeliveryRefusedError("WEBHOOK_TIMESTAMP", message);
  }
}
