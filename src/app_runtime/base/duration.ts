import type { Brand } from "./brand.ts";

/** A length of time in milliseconds, parsed from text such as "30s". */
export type DurationMs = Brand<number, "DurationMs">;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "250ms", "30s", "5m", "1h", "7d", also "1.5h". Undefined for anything else: a number without a unit is ambiguous. */
export function parseDuration(text: string): DurationMs | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s?(ms|s|m|h|d)$/.exec(text.trim());
  const unit = unitMs[match?.[2] ?? ""];
  if (!match || unit === undefined) return undefined;
  return Math.round(Number(match[1]) * unit) as DurationMs;
}

/** The shortest text that reads back as the same duration: 90000 is "90s", 120000 is "2m". */
export function formatDuration(durationMs: number): string {
  const rounded = Math.round(durationMs);
  if (rounded === 0) return "0s";
  for (const unit of ["d", "h", "m", "s"] as const) {
    const size = unitMs[unit] as number;
    if (rounded % size === 0) return `${rounded / size}${unit}`;
  }
  return `${rounded}ms`;
}
