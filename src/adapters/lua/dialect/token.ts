/**
 * A word of a source. `text` is what is written, strings with their quotes: comparing it with a keyword or a sign never
 * mistakes the content of a string for one.
 */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offsets into the source; `end` is the first character behind. */
  readonly start: number;
  readonly end: number;
  /** Whether a line break stands between it and the token before. */
  readonly onNewLine: boolean;
}

/** `broken`: a string or a comment that never ends. `end`: there is nothing more. */
export type TokenKind = "name" | "keyword" | "string" | "number" | "sign" | "broken" | "end";

/** Lua 5.4, manual §3.1. */
export const keywords: ReadonlySet<string> = new Set(
  "and break do else elseif end false for function goto if in local nil not or repeat return then true until while".split(
    " ",
  ),
);
