import { hierarchySeparator } from "../mailboxes/mailboxes.ts";

/** Does a name fit a LIST pattern? `*` stands for anything, `%` for anything within one level (RFC 9051 section 6.3.9). */
export function fitsListPattern(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[*%]+/g, (wild) => (wild.includes("*") ? "*" : "%")) // runs of wildcards would make the match exponential
    .split(/([*%])/)
    .map((part) => (part === "*" ? ".*" : part === "%" ? `[^${hierarchySeparator}]*` : escaped(part)))
    .join("");
  return new RegExp(`^${source}$`, /^inbox$/i.test(name) ? "i" : "").test(name);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
