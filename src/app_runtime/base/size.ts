import type { Brand } from "./brand.ts";

/** A number of bytes, parsed from text such as "25MB". */
export type Bytes = Brand<number, "Bytes">;

const unitBytes: Readonly<Record<string, number>> = { B: 1, kB: 1_000, KB: 1_000, MB: 1_000_000, GB: 1_000_000_000 };

/** "512B", "64kB", "25MB", "2GB" (decimal units). Undefined for anything else. */
export function parseSize(text: string): Bytes | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s?(B|kB|KB|MB|GB)$/.exec(text.trim());
  const unit = unitBytes[match?.[2] ?? ""];
  if (!match || unit === undefined) return undefined;
  return Math.round(Number(match[1]) * unit) as Bytes;
}

/** The largest unit that leaves the value exact: 25000000 is "25MB". */
export function formatSize(bytes: number): string {
  for (const unit of ["GB", "MB", "kB"] as const) {
    const size = unitBytes[unit] as number;
    if (bytes !== 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}
