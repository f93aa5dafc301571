import { createHash, randomBytes } from "node:crypto";
import { bytesOf, type HostFunction } from "./host_function.ts";

const gregorianMs = 12_219_292_800_000;

/** Of the Lua module `uuid` (RFC 9562): what chance and time decide, and names. Times are milliseconds since 1970. */
export function uuidFunctions(): Readonly<Record<string, HostFunction>> {
  const node = randomBytes(6);
  node.writeUInt8(node.readUInt8(0) | 1, 0); // multicast: no card has it, section 6.10
  const sequence = randomBytes(2);
  const ticks = rising(10_000);
  const moments = rising(4096);
  return {
    v1: (wall) => {
      const { ms, nth } = ticks(Number(wall));
      return first(BigInt(Math.floor(ms + gregorianMs)) * 10_000n + BigInt(nth), sequence, node);
    },
    v4: () => written(randomBytes(16), 4),
    v7: (wall) => {
      const { ms, nth } = moments(Number(wall));
      const bytes = randomBytes(16);
      bytes.writeUIntBE(ms, 0, 6);
      bytes.writeUInt16BE(nth, 6);
      return written(bytes, 7);
    },
    named: (version, namespace, name) => {
      const hash = createHash(version === 3 ? "md5" : "sha1");
      const sum = hash
        .update(Buffer.from(String(namespace), "hex"))
        .update(bytesOf(name))
        .digest();
      return written(sum.subarray(0, 16), Number(version));
    },
  };
}

/** Counts what falls into one millisecond, `most` at most: the next one then counts as the next millisecond. Never goes back. */
function rising(most: number): (wall: number) => { readonly ms: number; readonly nth: number } {
  let ms = 0;
  let nth = 0;
  return (wall) => {
    const now = Math.floor(wall);
    if (now > ms) [ms, nth] = [now, 0];
    else if (nth + 1 < most) nth++;
    else [ms, nth] = [ms + 1, 0];
    return { ms, nth };
  };
}

function first(ticks: bigint, sequence: Buffer, node: Buffer): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(Number(ticks & 0xffffffffn), 0);
  bytes.writeUInt16BE(Number((ticks >> 32n) & 0xffffn), 4);
  bytes.writeUInt16BE(Number(ticks >> 48n) & 0x0fff, 6);
  sequence.copy(bytes, 8);
  node.copy(bytes, 10);
  return written(bytes, 1);
}

function written(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
