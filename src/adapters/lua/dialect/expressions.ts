import { isNonNil, readCasts } from "./casts.ts";
import { readTypeArguments } from "./generics.ts";
import { erase, type Follow, type Grammar, readList } from "./grammar.ts";
import { NotUnderstood, type TokenCursor } from "./token_cursor.ts";

const unaryOperators: ReadonlySet<string> = new Set(["-", "not", "#", "~"]);
const binaryOperators: ReadonlySet<string> = new Set("+ - * / // % ^ .. == ~= < <= > >= and or & | ~ << >>".split(" "));
const simpleWords: ReadonlySet<string> = new Set(["nil", "true", "false", "..."]);

/** Operands with operators between them. Which binds tighter does not matter here, so a long chain needs no depth. */
export function readExpression(grammar: Grammar, follow: Follow): void {
  const { tokens } = grammar;
  for (;;) {
    while (unaryOperators.has(tokens.current.text)) tokens.take();
    readSimple(grammar);
    readCasts(grammar, follow);
    if (!binaryOperators.has(tokens.current.text)) return;
    tokens.take();
  }
}

export function readExpressions(grammar: Grammar, follow: Follow): void {
  readList(grammar.tokens, () => grammar.expression(follow));
}

function readSimple(grammar: Grammar): void {
  const { tokens } = grammar;
  const { kind, text } = tokens.current;
  if (kind === "number" || kind === "string" || simpleWords.has(text)) tokens.take();
  else if (text === "{") readTable(grammar);
  else if (tokens.accept("function")) grammar.functionBody();
  else readSuffixed(grammar);
}

/** What a name or a parenthesis with everything behind it is: only some of them are statements, or can be assigned to. */
export type SuffixedKind = "call" | "variable" | "value";

/** `a.b[c]:d(e)`, with `!` and type arguments erased. */
export function readSuffixed(grammar: Grammar): SuffixedKind {
  let kind: SuffixedKind = readPrefix(grammar);
  for (;;) {
    const found = readSuffix(grammar);
    if (found === undefined) return kind;
    if (found !== "same") kind = found;
  }
}

function readPrefix(grammar: Grammar): SuffixedKind {
  const { tokens } = grammar;
  if (!tokens.accept("(")) {
    tokens.requireName();
    return "variable";
  }
  grammar.expression("closing");
  tokens.require(")");
  return "value";
}

/** Undefined when nothing that belongs to the expression follows; `same` for what leaves no trace. */
function readSuffix(grammar: Grammar): SuffixedKind | "same" | undefined {
  const { tokens } = grammar;
  if (isNonNil(tokens)) return eraseNonNil(grammar);
  if (tokens.accept(".")) {
    tokens.requireName();
    return "variable";
  }
  if (tokens.accept("[")) {
    grammar.expression("closing");
    tokens.require("]");
    return "variable";
  }
  if (tokens.accept(":")) return readMethodCall(grammar);
  if (tokens.at("::") && tokens.peek(1).text === "<") return readGenericCall(grammar);
  if (!atArguments(tokens)) return undefined;
  readArguments(grammar);
  return "call";
}

function eraseNonNil(grammar: Grammar): "same" {
  erase(grammar, () => grammar.tokens.take());
  return "same";
}

function readMethodCall(grammar: Grammar): "call" {
  const { tokens } = grammar;
  tokens.requireName();
  if (tokens.at("::") && tokens.peek(1).text === "<") return readGenericCall(grammar);
  if (!atArguments(tokens)) throw new NotUnderstood();
  readArguments(grammar);
  return "call";
}

/** `f::<T>(x)`: the type arguments go. */
function readGenericCall(grammar: Grammar): "call" {
  const { tokens } = grammar;
  erase(grammar, () => {
    tokens.take();
    readTypeArguments(grammar);
  });
  if (!atArguments(tokens)) tokens.fail("a call");
  readArguments(grammar);
  return "call";
}

function atArguments(tokens: TokenCursor): boolean {
  return tokens.at("(") || tokens.at("{") || tokens.current.kind === "string";
}

function readArguments(grammar: Grammar): void {
  const { tokens } = grammar;
  if (tokens.at("{")) {
    readTable(grammar);
  } else if (tokens.take().kind !== "string") {
    if (!tokens.at(")")) readExpressions(grammar, "closing");
    tokens.require(")");
  }
}

function readTable(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.require("{");
  while (!tokens.at("}")) {
    readTableField(grammar);
    if (!tokens.accept(",") && !tokens.accept(";")) break;
  }
  tokens.require("}");
}

/** `[k] = v`, `k = v` or `v`. */
function readTableField(grammar: Grammar): void {
  const { tokens } = grammar;
  if (tokens.accept("[")) {
    grammar.expression("closing");
    tokens.require("]");
    tokens.require("=");
  } else if (tokens.current.kind === "name" && tokens.peek(1).text === "=") {
    tokens.take();
    tokens.take();
  }
  grammar.expression("closing");
}
