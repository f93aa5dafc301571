import type { Follow } from "./grammar.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token_cursor.ts";

/** Words that are operators at some places and ordinary names everywhere else. */

const startingWords: ReadonlySet<string> = new Set(["nil", "true", "false", "function"]);
const startingSigns: ReadonlySet<string> = new Set(["{", "(", "<", "-"]);

/** Whether a type can begin with this token. */
export function startsType({ kind, text }: Token): boolean {
  return (
    kind === "name" || kind === "string" || kind === "number" || startingWords.has(text) || startingSigns.has(text)
  );
}

/** Whether the word and this token begin a call in plain Lua: `as(x)`, `as{x}`, `as"x"`. */
function beginsCall({ kind, text }: Token): boolean {
  return kind === "string" || text === "(" || text === "{";
}

/** Whether the word and this token begin a statement that is no call: `as = 1`, `as.x = 1`, `as, b = 1, 2`, `as:run()`. */
function beginsOtherStatement({ text }: Token): boolean {
  return text === "=" || text === "," || text === "." || text === "[" || text === ":";
}

/**
 * Whether `word` (`as`, `is`, `extends`) stands here as an operator with a type behind it. Where a statement could
 * follow, `as (T)`, `as {T}` and `as "T"` are operators on the line of what they follow, and calls on a line of their own.
 */
export function isWordOperator(tokens: TokenCursor, word: string, follow: Follow): boolean {
  if (!tokens.at(word)) return false;
  if (follow === "closing") return true;
  const next = tokens.peek(1);
  if (startsType(next)) return !(beginsCall(next) && tokens.current.onNewLine);
  return !tokens.current.onNewLine && !beginsOtherStatement(next);
}

/** Whether `word` (`readonly`, `keyof`, `asserts`) stands here in front of a type, and is not a type of that name. */
export function isWordPrefix(tokens: TokenCursor, word: string): boolean {
  if (!tokens.at(word)) return false;
  const next = tokens.peek(1);
  return startsType(next) && next.text !== "<" && next.text !== "-" && !next.onNewLine;
}
