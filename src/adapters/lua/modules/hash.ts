import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { bytesOf, type HostFunction } from "./host_function.ts";

/** Of the Lua module `hash`: what it names itself. */
export const hashFunctions: Readonly<Record<string, HostFunction>> = {
  digest: (algorithm, data, raw) => summed(createHash(String(algorithm)).update(bytesOf(data)), raw === true),
  hmac: (algorithm, data, secret, raw) =>
    summed(createHmac(String(algorithm), bytesOf(secret)).update(bytesOf(data)), raw === true),
};

function summed(hash: Hash | Hmac, raw: boolean): string | Uint8Array {
  return raw ? hash.digest() : hash.digest("hex");
}
