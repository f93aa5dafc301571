import { continuesName, isBlank, isLineBreak, startsName } from "./characters.ts";
import { endOfLongBracket, endOfNumber, endOfQuoted, opensLongBracket, startsNumber } from "./literals.ts";
import { keywords, type Token, type TokenKind } from "./token.ts";

/** Longest first: the first that fits is the token. `->` is the dialect's; in Lua it can stand nowhere. */
const longSigns: readonly string[] = ["...", "==", "~=", "<=", ">=", "//", "::", "<<", ">>", "..", "->"];

/** Cuts a source into tokens, one at a time, in one pass. Lua 5.4, manual §3.1, and the signs `->`, `?`, `!` and `@`. */
export class Lexer {
  readonly #source: string;
  #at: number;
  #onNewLine = false;

  constructor(source: string) {
    this.#source = source;
    this.#at = startOf(source);
  }

  /** Behind the end it answers `end`, as often as it is asked. */
  next(): Token {
    this.#onNewLine = false;
    if (!this.#skipBlanks()) return this.#token("broken", this.#source.length);
    const start = this.#at;
    if (start >= this.#source.length) return this.#token("end", start);
    const code = this.#source.charCodeAt(start);
    if (startsName(code)) return this.#word();
    if (startsNumber(this.#source, start)) return this.#token("number", endOfNumber(this.#source, start));
    if (code === 0x22 || code === 0x27) return this.#literal(endOfQuoted(this.#source, start));
    if (opensLongBracket(this.#source, start)) return this.#literal(endOfLongBracket(this.#source, start));
    return this.#token("sign", start + this.#signLength());
  }

  /** False when a comment never ends. */
  #skipBlanks(): boolean {
    for (;;) {
      const code = this.#source.charCodeAt(this.#at);
      if (isBlank(code)) {
        if (isLineBreak(code)) this.#onNewLine = true;
        this.#at++;
      } else if (this.#source.startsWith("--", this.#at)) {
        if (!this.#skipComment()) return false;
      } else {
        return true;
      }
    }
  }

  #skipComment(): boolean {
    const start = this.#at + 2;
    if (!opensLongBracket(this.#source, start)) {
      this.#at = endOfLine(this.#source, start);
      return true;
    }
    const end = endOfLongBracket(this.#source, start);
    if (end === undefined) return false;
    if (/[\r\n]/.test(this.#source.slice(start, end))) this.#onNewLine = true;
    this.#at = end;
    return true;
  }

  #word(): Token {
    let end = this.#at + 1;
    while (continuesName(this.#source.charCodeAt(end))) end++;
    return this.#token(keywords.has(this.#source.slice(this.#at, end)) ? "keyword" : "name", end);
  }

  #literal(end: number | undefined): Token {
    return end === undefined ? this.#token("broken", this.#source.length) : this.#token("string", end);
  }

  #signLength(): number {
    return longSigns.find((sign) => this.#source.startsWith(sign, this.#at))?.length ?? 1;
  }

  #token(kind: TokenKind, end: number): Token {
    const start = this.#at;
    this.#at = end;
    return { kind, text: this.#source.slice(start, end), start, end, onNewLine: this.#onNewLine };
  }
}

/** Behind a byte order mark and a first line that is for the shell (`#!/usr/bin/lua`). */
function startOf(source: string): number {
  const start = source.startsWith("\uFEFF") ? 1 : 0;
  return source[start] === "#" ? endOfLine(source, start) : start;
}

function endOfLine(source: string, start: number): number {
  let at = start;
  while (at < source.length && !isLineBreak(source.charCodeAt(at))) at++;
  return at;
}
