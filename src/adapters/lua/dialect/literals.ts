import { carriageReturn, isBlank, isDigit, isHexDigit, isLineBreak, newline, startsName } from "./characters.ts";

/** Ends of Lua's literals. What is inside (escapes, digits) is not judged: Lua's compiler does that. */

/** The offset behind the long bracket that opens at `start`; undefined when none opens there or it never closes. */
export function endOfLongBracket(source: string, start: number): number | undefined {
  const close = closingOf(source, start);
  if (close === undefined) return undefined;
  const found = source.indexOf(close, start + close.length);
  return found === -1 ? undefined : found + close.length;
}

/** Whether `[[`, `[=[`, `[==[`, … stands at `start`. */
export function opensLongBracket(source: string, start: number): boolean {
  return closingOf(source, start) !== undefined;
}

function closingOf(source: string, start: number): string | undefined {
  if (source[start] !== "[") return undefined;
  let at = start + 1;
  while (source[at] === "=") at++;
  return source[at] === "[" ? `]${source.slice(start + 1, at)}]` : undefined;
}

const backslash = 0x5c;
const letterZ = 0x7a;

/** The offset behind the string that a quote opens at `start`; undefined when its line or the source ends before it. */
export function endOfQuoted(source: string, start: number): number | undefined {
  const quote = source.charCodeAt(start);
  let at = start + 1;
  while (at < source.length) {
    const code = source.charCodeAt(at);
    if (code === quote) return at + 1;
    if (isLineBreak(code)) return undefined;
    at = code === backslash ? endOfEscape(source, at) : at + 1;
  }
  return undefined;
}

/** `\z` skips blanks over lines, a backslash before a line break keeps it; of all others one character is enough to know. */
function endOfEscape(source: string, backslashAt: number): number {
  const code = source.charCodeAt(backslashAt + 1);
  let at = backslashAt + 2;
  if (code === letterZ) {
    while (isBlank(source.charCodeAt(at))) at++;
  } else if (isLineBreak(code)) {
    const other = code === newline ? carriageReturn : newline;
    if (source.charCodeAt(at) === other) at++;
  }
  return at;
}

/** The offset behind the number at `start`, as greedy as Lua: `3..2` is one malformed number, not a concatenation. */
export function endOfNumber(source: string, start: number): number {
  const exponent = /^0x/i.test(source.slice(start, start + 2)) ? "p" : "e";
  let at = exponent === "p" ? start + 2 : start;
  for (;;) {
    const code = source.charCodeAt(at);
    if (source[at]?.toLowerCase() === exponent) {
      at++;
      if (source[at] === "+" || source[at] === "-") at++;
    } else if (isHexDigit(code) || source[at] === ".") {
      at++;
    } else {
      return startsName(code) ? at + 1 : at;
    }
  }
}

/** Whether a number stands at `start`: a digit, or a dot and a digit. */
export function startsNumber(source: string, start: number): boolean {
  const digitAt = source[start] === "." ? start + 1 : start;
  return isDigit(source.charCodeAt(digitAt));
}
