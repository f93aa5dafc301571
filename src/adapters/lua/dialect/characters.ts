/** Classes of characters as Lua's lexer has them: ASCII only, by char code; NaN (behind the end) is in none. */

export const newline = 0x0a;
export const carriageReturn = 0x0d;

export function isLineBreak(code: number): boolean {
  return code === newline || code === carriageReturn;
}

/** Space, tab, vertical tab, form feed and line breaks. */
export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isHexDigit(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x66);
}

/** A letter or an underscore. */
export function startsName(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x5f;
}

export function continuesName(code: number): boolean {
  return startsName(code) || isDigit(code);
}
