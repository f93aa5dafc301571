import { atDeclaration, readDeclaration } from "./declarations.ts";
import { readExpressions, readSuffixed } from "./expressions.ts";
import { readTypeOfName } from "./functions.ts";
import { type Grammar, readList } from "./grammar.ts";
import { NotUnderstood, type TokenCursor } from "./token_cursor.ts";

/** Statements up to what ends a block. A `return` is the last of them. */
export function readBlock(grammar: Grammar): void {
  const { tokens } = grammar;
  while (!(atBlockEnd(tokens) || tokens.at("return"))) grammar.statement();
  if (tokens.accept("return")) readReturn(grammar);
}

function atBlockEnd(tokens: TokenCursor): boolean {
  const { kind, text } = tokens.current;
  return kind === "end" || text === "end" || text === "else" || text === "elseif" || text === "until";
}

function readReturn(grammar: Grammar): void {
  const { tokens } = grammar;
  if (!atBlockEnd(tokens) && !tokens.at(";")) readExpressions(grammar, "closing");
  tokens.accept(";");
  if (!atBlockEnd(tokens)) throw new NotUnderstood();
}

/** One statement of Lua 5.4, manual §3.3, or a declaration of a type. */
export function readStatement(grammar: Grammar): void {
  const { tokens } = grammar;
  const readFurther = statements.get(tokens.current.text);
  if (readFurther !== undefined) {
    tokens.take();
    readFurther(grammar);
  } else if (atDeclaration(tokens)) {
    readDeclaration(grammar);
  } else {
    readCallOrAssignment(grammar);
  }
}

/** What stands behind the word that a statement begins with. */
const statements: ReadonlyMap<string, (grammar: Grammar) => void> = new Map([
  [";", () => {}],
  ["break", () => {}],
  ["goto", ({ tokens }) => tokens.requireName()],
  ["::", readLabel],
  ["do", readBlockToEnd],
  ["while", readWhile],
  ["repeat", readRepeat],
  ["if", readIf],
  ["for", readFor],
  ["function", readFunction],
  ["local", readLocal],
]);

function readLabel({ tokens }: Grammar): void {
  tokens.requireName();
  tokens.require("::");
}

function readBlockToEnd(grammar: Grammar): void {
  grammar.block();
  grammar.tokens.require("end");
}

function readWhile(grammar: Grammar): void {
  const { tokens } = grammar;
  grammar.expression("closing");
  tokens.require("do");
  readBlockToEnd(grammar);
}

function readRepeat(grammar: Grammar): void {
  const { tokens } = grammar;
  grammar.block();
  tokens.require("until");
  grammar.expression("statement");
}

function readIf(grammar: Grammar): void {
  const { tokens } = grammar;
  do {
    grammar.expression("closing");
    tokens.require("then");
    grammar.block();
  } while (tokens.accept("elseif"));
  tokens.accept("else");
  readBlockToEnd(grammar);
}

/** `for i: T = 1, 10 do … end` or `for k: K, v: V in pairs(t) do … end`. */
function readFor(grammar: Grammar): void {
  const { tokens } = grammar;
  readTypedNames(grammar);
  if (!tokens.accept("=")) tokens.require("in");
  readExpressions(grammar, "closing");
  tokens.require("do");
  readBlockToEnd(grammar);
}

function readTypedNames(grammar: Grammar): void {
  readList(grammar.tokens, () => {
    grammar.tokens.requireName();
    readTypeOfName(grammar);
  });
}

function readFunction(grammar: Grammar): void {
  const { tokens } = grammar;
  do tokens.requireName();
  while (tokens.accept("."));
  if (tokens.accept(":")) tokens.requireName();
  grammar.functionBody();
}

function readLocal(grammar: Grammar): void {
  const { tokens } = grammar;
  if (tokens.accept("function")) {
    tokens.requireName();
    grammar.functionBody();
  } else {
    readList(tokens, () => readLocalName(grammar));
    if (tokens.accept("=")) readExpressions(grammar, "statement");
  }
}

/** `x: T <const>` or `x <const>: T`. */
function readLocalName(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.requireName();
  readAttribute(tokens);
  readTypeOfName(grammar);
  readAttribute(tokens);
}

function readAttribute(tokens: TokenCursor): void {
  if (!tokens.accept("<")) return;
  tokens.requireName();
  tokens.require(">");
}

function readCallOrAssignment(grammar: Grammar): void {
  const { tokens } = grammar;
  const first = readSuffixed(grammar);
  if (!tokens.at("=") && !tokens.at(",")) {
    if (first !== "call") throw new NotUnderstood();
    return;
  }
  if (first !== "variable") throw new NotUnderstood();
  while (tokens.accept(",")) {
    if (readSuffixed(grammar) !== "variable") throw new NotUnderstood();
  }
  tokens.require("=");
  readExpressions(grammar, "statement");
}
