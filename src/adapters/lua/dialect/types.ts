import { readFunctionKeywordType, readGenericFunctionType, readParenthesizedType } from "./function_types.ts";
import { opensBehindType, readTypeArguments } from "./generics.ts";
import { type Grammar, readList } from "./grammar.ts";
import { readTableType } from "./table_types.ts";
import type { TokenCursor } from "./token_cursor.ts";
import { isWordOperator, isWordPrefix } from "./word_operators.ts";

/** `A | B & C`, or `A extends B ? C : D`. The cursor stands behind it afterwards, or an error says what was expected. */
export function readType(grammar: Grammar): void {
  const { tokens } = grammar;
  if (!tokens.accept("|")) tokens.accept("&");
  do readMember(grammar);
  while (tokens.accept("|") || tokens.accept("&"));
  if (isWordOperator(tokens, "extends", "statement")) readCondition(grammar);
}

/** The `?` of a condition may have been taken as the optional mark of the type in front of it: the text is the same. */
function readCondition(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.take();
  readMember(grammar);
  tokens.accept("?");
  grammar.type();
  tokens.expect(":");
  grammar.type();
}

/** A type with what can stand behind it: `T?`, `T[]`, `T[K]`, `T @min(1)`. */
function readMember(grammar: Grammar): void {
  const { tokens } = grammar;
  while (isWordPrefix(tokens, "readonly") || isWordPrefix(tokens, "keyof")) tokens.take();
  readPrimary(grammar);
  for (;;) {
    if (tokens.at("@")) readAnnotation(grammar);
    else if (tokens.at("[") && !tokens.current.onNewLine) readIndex(grammar);
    else if (!tokens.accept("?")) return;
  }
}

function readIndex(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.take();
  if (!tokens.at("]")) grammar.type();
  tokens.expect("]");
}

/** `@pattern("^a")`, `@unique`. An argument list starts right behind the name, so that it is not the next statement. */
function readAnnotation(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.take();
  tokens.expectName("the name of an annotation");
  if (!tokens.at("(") || tokens.current.start !== tokens.previousEnd) return;
  tokens.take();
  if (!tokens.at(")")) readList(tokens, () => grammar.expression("closing"));
  tokens.expect(")");
}

function readPrimary(grammar: Grammar): void {
  const { tokens } = grammar;
  const readWhole = wholeTypes.get(tokens.current.text);
  if (readWhole !== undefined) readWhole(grammar);
  else if (tokens.current.kind === "name") readNamed(grammar);
  else readLiteral(tokens);
}

/** Types that the first token gives away. */
const wholeTypes: ReadonlyMap<string, (grammar: Grammar) => void> = new Map([
  ["{", readTableType],
  ["(", readParenthesizedType],
  ["<", readGenericFunctionType],
  ["fun", readFunctionKeywordType],
  ["function", readFunctionKeywordType],
]);

function readLiteral(tokens: TokenCursor): void {
  const { kind, text } = tokens.current;
  const isWord = text === "nil" || text === "true" || text === "false";
  if (text === "-" && tokens.peek(1).kind === "number") tokens.take();
  else if (!(isWord || kind === "string" || kind === "number")) tokens.fail("a type");
  tokens.take();
}

function readNamed(grammar: Grammar): void {
  const { tokens } = grammar;
  const next = tokens.peek(1);
  if (tokens.at("typeof") && next.text === "(") readTypeOf(grammar);
  else if (tokens.at("interface") && next.text === "{") readRecordInterface(grammar);
  else if (isWordPrefix(tokens, "asserts") && next.kind === "name") readAssertion(grammar);
  else readNameOrPredicate(grammar);
}

function readNameOrPredicate(grammar: Grammar): void {
  readTypeName(grammar);
  readPredicate(grammar);
}

function readRecordInterface(grammar: Grammar): void {
  grammar.tokens.take();
  readTableType(grammar);
}

/** `Name`, `mod.Name`, `Map<K, V>`. */
export function readTypeName(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.expectName("a type");
  while (tokens.accept(".")) tokens.expectName("the name of a type");
  if (opensBehindType(tokens)) readTypeArguments(grammar);
}

function readTypeOf(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.take();
  tokens.take();
  grammar.expression("closing");
  tokens.expect(")");
}

/** `asserts x`, `asserts x is T`: the type of a function that raises unless it holds. */
function readAssertion(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.take();
  tokens.take();
  readPredicate(grammar);
}

/** `x is T`: the type of a function that answers whether it holds. */
function readPredicate(grammar: Grammar): void {
  const { tokens } = grammar;
  if (!isWordOperator(tokens, "is", "statement") || tokens.current.onNewLine) return;
  tokens.take();
  grammar.type();
}
