import { fromHex, notSigned, requiredHeader, type SignatureScheme, secondsIn, textKey } from "./signature.ts";

const mostParts = 20;

/** `Stripe-Signature: t=<seconds>,v1=<hex>`, of "<seconds>.<body>"; several v1 while Stripe changes its secret. */
export function stripeScheme(header = "stripe-signature"): SignatureScheme {
  return {
    header,
    key: textKey,
    read(headers, body) {
      const parts = requiredHeader(headers, header).split(",", mostParts);
      const valuesOf = (name: string) =>
        parts.flatMap((part) => (part.trim().startsWith(`${name}=`) ? [part.trim().slice(name.length + 1)] : []));
      const [seconds] = valuesOf("t");
      const signedAt = secondsIn(seconds, header);
      const digests = valuesOf("v1").flatMap((value) => fromHex(value) ?? []);
      if (digests.length === 0) throw notSigned(`The ${header} header has no v1 signature.`);
      return { digests, signed: [`${seconds}.`, body], signedAt };
    },
  };
}
