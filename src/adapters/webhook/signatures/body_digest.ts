import { fromBase64, fromHex, notSigned, requiredHeader, type SignatureScheme, textKey } from "./signature.ts";

/** `X-Hub-Signature-256: sha256=<hex>`: GitHub and the many that do like it. */
export function githubScheme(header = "x-hub-signature-256"): SignatureScheme {
  return bodyDigest(header, (value) => (value.startsWith("sha256=") ? fromHex(value.slice(7)) : undefined));
}

/** The digest alone, as hex or base64, or behind "sha256=". */
export function hmacScheme(header: string): SignatureScheme {
  return bodyDigest(header, (value) => {
    const digest = value.replace(/^sha256=/, "");
    return fromHex(digest) ?? fromBase64(digest);
  });
}

/** The body is signed and nothing else, so a captured request stays valid: only its delivery id tells it is a replay. */
function bodyDigest(header: string, decode: (value: string) => Buffer | undefined): SignatureScheme {
  return {
    header,
    key: textKey,
    read(headers, body) {
      const digest = decode(requiredHeader(headers, header));
      if (digest === undefined) throw notSigned(`The ${header} header is not written as its scheme wants it.`);
      return { digests: [digest], signed: [body] };
    },
  };
}
