import type { Brand } from "../../app_runtime/base/brand.ts";

export type OrderId = Brand<string, "OrderId">;

/** Crockford's base 32: no I, L, O, U, so that an id survives a telephone call. */
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const mask64 = (1n << 64n) - 1n;

/**
 * The order id that belongs to a task, the same on every retry: "SO-" and twelve characters (60 bits of FNV-1a). A task id
 * is made by our own source, so nobody outside can aim for a collision.
 */
export function orderIdFor(taskId: string): OrderId {
  let rest = stirred(fnv1a(taskId));
  let text = "";
  for (let i = 0; i < 12; i += 1) {
    text += digits[Number(rest & 31n)];
    rest >>= 5n;
  }
  return `SO-${text}` as OrderId;
}

function fnv1a(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i += 1) hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & mask64;
  return hash;
}

/** FNV leaves neighbours alike ("…:17", "…:18"); one multiplication apart, people can tell their ids apart at a glance. */
function stirred(hash: bigint): bigint {
  const folded = ((hash ^ (hash >> 32n)) * 0x9e3779b97f4a7c15n) & mask64;
  return folded ^ (folded >> 29n);
}
