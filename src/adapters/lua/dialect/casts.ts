import { erase, type Follow, type Grammar } from "./grammar.ts";
import type { TokenCursor } from "./token_cursor.ts";
import { isWordOperator } from "./word_operators.ts";

/** Erases `:: T`, `as T` and `!` behind an expression, as many as there are. */
export function readCasts(grammar: Grammar, follow: Follow): void {
  const { tokens } = grammar;
  let isCast = false;
  for (;;) {
    if (isNonNil(tokens)) eraseCast(grammar, follow, () => tokens.take());
    else if (isTypeCast(tokens, follow)) eraseCast(grammar, follow, () => readCast(grammar));
    else break;
    isCast = true;
  }
  if (isCast) refuseSuffix(tokens, follow);
}

function isTypeCast(tokens: TokenCursor, follow: Follow): boolean {
  return (tokens.at("::") && !isLabel(tokens, follow)) || isWordOperator(tokens, "as", follow);
}

function readCast(grammar: Grammar): void {
  grammar.tokens.take();
  grammar.type();
}

/** What follows on the next line must not become the arguments of what was cast: `x = y :: T` and then `(f or g)()`. */
function eraseCast(grammar: Grammar, follow: Follow, read: () => void): void {
  erase(grammar, read, { separates: follow === "statement" });
}

/** With the cast gone, a call or an index behind it would mean something else. */
function refuseSuffix(tokens: TokenCursor, follow: Follow): void {
  const { kind, text } = tokens.current;
  const isSuffix = kind === "string" || text === "{" || text === "[" || text === "." || text === ":";
  if (isSuffix || (text === "(" && follow === "closing")) {
    tokens.refuse(`a cast must stand in parentheses before ${kind === "string" ? "a string" : `'${text}'`}`);
  }
}

/** `!` and not the `!=` of other languages. */
export function isNonNil(tokens: TokenCursor): boolean {
  if (!tokens.at("!")) return false;
  const next = tokens.peek(1);
  return !(next.text === "=" && next.start === tokens.current.end);
}

const typesThatStartNoStatement: ReadonlySet<string> = new Set(["nil", "true", "false", "{"]);
const behindANameInAStatement: ReadonlySet<string> = new Set(["=", ",", ".", ":", "[", "(", "{", "!"]);
const declarationWords: ReadonlySet<string> = new Set(["type", "export", "interface"]);

/**
 * Whether `::` opens a label. Only `:: name ::` can, and it does unless what comes behind could not go on as a statement:
 * `:: A :: B ::` is a cast to A and the label B, `:: A :: B` and then `local` are two casts.
 */
function isLabel(tokens: TokenCursor, follow: Follow): boolean {
  if (follow === "closing" || tokens.peek(1).kind !== "name" || tokens.peek(2).text !== "::") return false;
  const behind = tokens.peek(3);
  if (behind.kind === "string" || behind.kind === "number") return false;
  if (typesThatStartNoStatement.has(behind.text)) return false;
  if (behind.kind !== "name") return true;
  const next = tokens.peek(4);
  if (next.kind === "string" || behindANameInAStatement.has(next.text)) return true;
  if (next.text === "::") return tokens.peek(5).text === "<";
  return next.kind === "name" && declarationWords.has(behind.text);
}
