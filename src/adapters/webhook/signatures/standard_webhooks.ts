import { fromBase64, notSigned, requiredHeader, type SignatureScheme, secondsIn } from "./signature.ts";

const mostSignatures = 20;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Standard Webhooks 1.0: `webhook-signature: v1,<base64> …` of "<webhook-id>.<webhook-timestamp>.<body>". A secret is base64,
 * mostly behind "whsec_".
 */
export function standardScheme(header = "webhook-signature"): SignatureScheme {
  const prefix = header.replace(/-signature$/, "");
  return {
    header,
    key(secret) {
      const encoded = secret.replace(/^whsec_/, "");
      return base64.test(encoded) ? Buffer.from(encoded, "base64") : undefined;
    },
    read(headers, body) {
      const id = requiredHeader(headers, `${prefix}-id`);
      const seconds = requiredHeader(headers, `${prefix}-timestamp`);
      const signatures = requiredHeader(headers, header).split(" ", mostSignatures);
      const signedAt = secondsIn(seconds, `${prefix}-timestamp`);
      const digests = signatures.flatMap((each) => (each.startsWith("v1,") ? (fromBase64(each.slice(3)) ?? []) : []));
      if (digests.length === 0) throw notSigned(`The ${header} header has no v1 signature.`);
      return { digests, signed: [`${id}.${seconds}.`, body], signedAt };
    },
  };
}

/** The header of the delivery's id beside a signature header of that name. */
export function idHeaderBeside(header: string): string {
  return header.replace(/(-signature)?$/, "-id");
}
