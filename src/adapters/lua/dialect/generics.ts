import { type Grammar, readList } from "./grammar.ts";
import type { TokenCursor } from "./token_cursor.ts";
import { isWordOperator } from "./word_operators.ts";

/** `<T, U: C = D, V...>` behind the name of a function or of a type. */
export function readTypeParameters(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.expect("<");
  readList(tokens, () => readTypeParameter(grammar));
  tokens.expectCloseAngle();
}

function readTypeParameter(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.expectName("a type parameter");
  tokens.accept("...");
  if (isWordOperator(tokens, "extends", "closing")) {
    tokens.take();
    grammar.type();
  } else if (tokens.accept(":")) {
    grammar.type();
  }
  if (tokens.accept("=")) grammar.type();
}

/** Whether a `<` that belongs to the type in front of it follows: `<const>` and `<close>` are Lua's own. */
export function opensBehindType(tokens: TokenCursor): boolean {
  if (!tokens.at("<")) return false;
  const name = tokens.peek(1).text;
  const isAttribute = (name === "const" || name === "close") && tokens.peek(2).text === ">";
  return !isAttribute;
}

/** `<K, List<V>>`; the cursor stands before `<`. */
export function readTypeArguments(grammar: Grammar): void {
  const { tokens } = grammar;
  tokens.expect("<");
  readList(tokens, () => grammar.type());
  tokens.expectCloseAngle();
}
