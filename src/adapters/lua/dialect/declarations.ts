import { readResult, readTypesInParentheses } from "./function_types.ts";
import { readTypeParameters } from "./generics.ts";
import { erase, type Grammar, readList } from "./grammar.ts";
import { atField, readField } from "./table_types.ts";
import type { TokenCursor } from "./token_cursor.ts";
import { readTypeName } from "./types.ts";

/** Whether a declaration of a type starts here. In plain Lua no statement starts with two names. */
export function atDeclaration(tokens: TokenCursor): boolean {
  return isDeclaration(tokens, 0) || (tokens.at("export") && isDeclaration(tokens, 1));
}

function isDeclaration(tokens: TokenCursor, distance: number): boolean {
  const word = tokens.peek(distance).text;
  return (word === "type" || word === "interface") && tokens.peek(distance + 1).kind === "name";
}

/** Erases it whole. */
export function readDeclaration(grammar: Grammar): void {
  const { tokens } = grammar;
  const read = () => {
    if (isDeclaration(tokens, 1)) tokens.take();
    if (tokens.take().text === "type") readAlias(grammar);
    else readInterface(grammar);
  };
  erase(grammar, read, { separates: true });
}

/** `Name<T> = …` */
function readAlias(grammar: Grammar): void {
  const { tokens } = grammar;
  readDeclaredName(grammar);
  tokens.expect("=");
  grammar.type();
}

/** `Name: Base, mod.Other … end` */
function readInterface(grammar: Grammar): void {
  const { tokens } = grammar;
  readDeclaredName(grammar);
  if (tokens.accept(":") || tokens.accept("extends")) readList(tokens, () => readTypeName(grammar));
  while (!tokens.at("end")) {
    readMember(grammar);
    if (!tokens.accept(",")) tokens.accept(";");
  }
  tokens.take();
}

function readDeclaredName(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.expectName("the name of a type");
  if (tokens.at("<")) readTypeParameters(grammar);
}

/** A field, or a method as `function name(a: A): R` or `name(a: A): R`. */
function readMember(grammar: Grammar): void {
  if (atField(grammar.tokens)) readField(grammar);
  else readMethod(grammar);
}

function readMethod(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.accept("function");
  tokens.expectName("a field, a method or 'end'");
  if (tokens.at("<")) readTypeParameters(grammar);
  readTypesInParentheses(grammar);
  if (tokens.accept(":")) readList(tokens, () => readResult(grammar));
}
