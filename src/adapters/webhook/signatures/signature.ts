import type { IncomingHttpHeaders } from "node:http";
import { DeliveryRefusedError } from "../delivery_refused_error.ts";

/** What a request says of its signature. */
export interface Signature {
  /** Digests, of which one must fit. */
  readonly digests: readonly Buffer[];
  /** What was signed, piece after piece. */
  readonly signed: readonly (string | Uint8Array)[];
  /** When, in seconds since 1970 UTC; absent where the scheme has no time. */
  readonly signedAt?: number;
}

/** One way to sign with HMAC-SHA256. */
export interface SignatureScheme {
  /** In lower case. */
  readonly header: string;
  /** The key that a secret of the configuration stands for; undefined when it stands for none. */
  key(secret: string): Buffer | undefined;
  /** @throws {DeliveryRefusedError} when the headers have no signature of this scheme. */
  read(headers: IncomingHttpHeaders, body: Uint8Array): Signature;
}

/** A header that must be there once. @throws {DeliveryRefusedError} */
export function requiredHeader(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  if (typeof value === "string" && value !== "") return value;
  throw notSigned(`The request has no ${name} header. Sign it with the secret that both sides know.`);
}

/** Seconds since 1970 UTC. @throws {DeliveryRefusedError} */
export function secondsIn(text: string | undefined, where: string): number {
  if (text !== undefined && /^\d{1,12}$/.test(text)) return Number(text);
  throw notSigned(`The time in ${where} is not a number of seconds since 1970 UTC.`);
}

/** A SHA-256 digest written as hex; undefined when it is none. */
export function fromHex(text: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : undefined;
}

/** A SHA-256 digest written as base64; undefined when it is none. */
export function fromBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** The secret's own bytes. */
export function textKey(secret: string): Buffer {
  return Buffer.from(secret, "utf8");
}

export function notSigned(message: string): DeliveryRefusedError {
  return new DeliveryRefusedError("WEBHOOK_SIGNATURE", message);
}
