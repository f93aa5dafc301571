import type { Grammar } from "./grammar.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token_cursor.ts";

/** `{T}`, `{[K]: V}`, `{name: string, age?: number}`, and any mixture of them. */
export function readTableType(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.expect("{");
  while (!tokens.at("}")) {
    readEntry(grammar);
    if (!tokens.accept(",") && !tokens.accept(";")) break;
  }
  tokens.expect("}");
}

function readEntry(grammar: Grammar): void {
  if (atField(grammar.tokens)) readField(grammar);
  else grammar.type();
}

/** Whether a field with a name or a key starts here, and not the type of an element. */
export function atField(tokens: TokenCursor): boolean {
  return startsField(tokens, 0) || (tokens.at("readonly") && startsField(tokens, 1));
}

function startsField(tokens: TokenCursor, distance: number): boolean {
  const token = tokens.peek(distance);
  if (token.text === "[") return true;
  if (!canBeKey(token)) return false;
  const next = tokens.peek(distance + 1).text;
  return next === ":" || (next === "?" && tokens.peek(distance + 2).text === ":");
}

/** Keywords too: a record may have a field `end`. */
function canBeKey({ kind }: Token): boolean {
  return kind === "name" || kind === "keyword" || kind === "string";
}

/** `name: T`, `name?: T`, `[K]: V`, each also `readonly`. */
export function readField(grammar: Grammar): void {
  const { tokens } = grammar;
  if (tokens.at("readonly") && startsField(tokens, 1)) tokens.take();
  if (tokens.accept("[")) {
    grammar.type();
    tokens.expect("]");
  } else {
    tokens.take();
  }
  tokens.accept("?");
  tokens.expect(":");
  grammar.type();
}
