import { readResult } from "./function_types.ts";
import { readTypeParameters } from "./generics.ts";
import { erase, type Grammar, readList } from "./grammar.ts";

/** `<T>(a: A, ...: B): R … end`: what stands behind `function` and its name. */
export function readFunctionBody(grammar: Grammar): void {
  const { tokens } = grammar;
  if (tokens.at("<")) erase(grammar, () => readTypeParameters(grammar));
  tokens.require("(");
  if (!tokens.at(")")) readList(tokens, () => readParameter(grammar));
  tokens.require(")");
  if (tokens.at(":")) erase(grammar, () => readResults(grammar));
  grammar.block();
  tokens.require("end");
}

function readParameter(grammar: Grammar): void {
  const { tokens } = grammar;
  if (!tokens.accept("...")) tokens.requireName();
  if (tokens.at("?")) erase(grammar, () => tokens.take());
  readTypeOfName(grammar);
}

/** `: T`, `: A, B` and `: (A, B)`. */
function readResults(grammar: Grammar): void {
  grammar.tokens.take();
  readList(grammar.tokens, () => readResult(grammar));
}

/** Erases `: T` behind a name, when it has one. */
export function readTypeOfName(grammar: Grammar): void {
  const { tokens } = grammar;
  if (!tokens.at(":")) return;
  erase(grammar, () => {
    tokens.take();
    grammar.type();
  });
}
