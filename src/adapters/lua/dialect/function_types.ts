import { opensBehindType, readTypeParameters } from "./generics.ts";
import { type Grammar, readList } from "./grammar.ts";

/** `(T)`, `(A, B)`, `(a: A, ...B) -> C`. */
export function readParenthesizedType(grammar: Grammar): void {
  readTypesInParentheses(grammar);
  if (grammar.tokens.accept("->")) readResult(grammar);
}

/** `<T>(x: T) -> T`. */
export function readGenericFunctionType(grammar: Grammar): void {
  readTypeParameters(grammar);
  readTypesInParentheses(grammar);
  grammar.tokens.expect("->");
  readResult(grammar);
}

/** `fun(a: A): B`, and `fun` or `function` alone for any function. */
export function readFunctionKeywordType(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.take();
  const isGeneric = opensBehindType(tokens);
  const hasSignature = isGeneric || (tokens.at("(") && !tokens.current.onNewLine);
  if (!hasSignature) return;
  if (isGeneric) readTypeParameters(grammar);
  readTypesInParentheses(grammar);
  if (tokens.accept(":")) readResult(grammar);
}

/** `(a: A, b?: B, C, ...D)`. */
export function readTypesInParentheses(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.expect("(");
  if (!tokens.at(")")) readList(tokens, () => readItem(grammar));
  tokens.expect(")");
}

/** What a function gives back: `T`, `(A, B)`, `...T`. */
export function readResult(grammar: Grammar): void {
  grammar.tokens.accept("...");
  grammar.type();
}

function readItem(grammar: Grammar): void {
  if (grammar.tokens.accept("...")) readRest(grammar);
  else readNamedItem(grammar);
}

function readNamedItem(grammar: Grammar): void {
  const { tokens } = grammar;
  const isOptional = tokens.peek(1).text === "?" && tokens.peek(2).text === ":";
  if (tokens.current.kind === "name" && (isOptional || tokens.peek(1).text === ":")) {
    tokens.take();
    tokens.accept("?");
    tokens.expect(":");
  }
  grammar.type();
}

/** `...`, `...T` and `...: T`. */
function readRest(grammar: Grammar): void {
  const { tokens } = grammar;
  if (tokens.accept(":") || !(tokens.at(",") || tokens.at(")"))) grammar.type();
}
