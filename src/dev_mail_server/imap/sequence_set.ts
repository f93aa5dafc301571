import { ImapSyntaxError } from "./values.ts";

/** Ranges of sequence numbers or UIDs; `*` is the largest there is (RFC 9051 section 9, sequence-set). */
export type SequenceSet = readonly { readonly from: number | "*"; readonly to: number | "*" }[];

/** Could this text be a sequence set? Decides what a bare atom in SEARCH means. */
export function looksLikeSequenceSet(text: string): boolean {
  return /^[\d*][\d*:,]*$/.test(text);
}

/** @throws {ImapSyntaxError} */
export function parseSequenceSet(text: string): SequenceSet {
  return text.split(",").map((part) => {
    const match = /^([1-9]\d{0,9}|\*)(?::([1-9]\d{0,9}|\*))?$/.exec(part);
    if (match === null) throw new ImapSyntaxError(`Not a sequence set: ${text.slice(0, 40)}`);
    const from = endpoint(match[1]);
    return { from, to: match[2] === undefined ? from : endpoint(match[2]) };
  });
}

function endpoint(text: string | undefined): number | "*" {
  return text === "*" ? "*" : Number(text);
}

/** The members of `ascending` that the set names, ascending, each once. */
export function pick(set: SequenceSet, ascending: readonly number[]): number[] {
  const largest = ascending.at(-1);
  if (largest === undefined) return [];
  const found = new Set<number>();
  for (const { from, to } of set) {
    const first = from === "*" ? largest : from;
    const last = to === "*" ? largest : to;
    collect(found, ascending, Math.min(first, last), Math.max(first, last));
  }
  return set.length === 1 ? [...found] : [...found].sort((a, b) => a - b);
}

function collect(found: Set<number>, ascending: readonly number[], from: number, to: number): void {
  for (let at = firstAtLeast(ascending, from); at < ascending.length; at += 1) {
    const value = ascending[at] as number;
    if (value > to) return;
    found.add(value);
  }
}

/** Index of the first member that is not smaller; the length when there is none. */
export function firstAtLeast(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `1:3,7` for [1, 2, 3, 7]. */
export function formatSequenceSet(ascending: readonly number[]): string {
  const ranges: string[] = [];
  for (let at = 0; at < ascending.length; at += 1) {
    const from = ascending[at] as number;
    let to = from;
    while (ascending[at + 1] === to + 1) {
      to += 1;
      at += 1;
    }
    ranges.push(from === to ? `${from}` : `${from}:${to}`);
  }
  return ranges.join(",");
}
