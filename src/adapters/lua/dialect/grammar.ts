import type { Erasures } from "./erasures.ts";
import { NotUnderstood, type TokenCursor } from "./token_cursor.ts";

/**
 * What can follow an expression in plain Lua: another statement (`x = a` and then `::label::` or `as(b)`), or only what
 * closes it (a bracket, `then`, `do`, the end of a block). It decides what `::` and `as` mean.
 */
export type Follow = "statement" | "closing";

/**
 * What the parts of the grammar need of each other: no file imports them in a circle. Each method reads one thing at the
 * cursor and counts as one level of nesting.
 */
export interface Grammar {
  readonly tokens: TokenCursor;
  readonly erasures: Erasures;
  block(): void;
  statement(): void;
  expression(follow: Follow): void;
  /** From the parameters to `end`. */
  functionBody(): void;
  type(): void;
}

/** Erases what `read` takes. Lua that is malformed inside an annotation is a mistake of the annotation. */
export function erase(
  { tokens, erasures }: Grammar,
  read: () => void,
  options?: { readonly separates: boolean },
): void {
  const { start } = tokens.current;
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof NotUnderstood) tokens.fail("an expression");
    throw thrown;
  }
  erasures.add(start, tokens.previousEnd, { endsStatement: options?.separates === true && tokens.at("(") });
}

/** Reads items with commas between them. */
export function readList(tokens: TokenCursor, readItem: () => void): void {
  do readItem();
  while (tokens.accept(","));
}
