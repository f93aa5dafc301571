import type { Erasures } from "./erasures.ts";
import { readExpression } from "./expressions.ts";
import { readFunctionBody } from "./functions.ts";
import type { Follow, Grammar } from "./grammar.ts";
import { readBlock, readStatement } from "./statements.ts";
import type { TokenCursor } from "./token_cursor.ts";
import { readType } from "./types.ts";

/**
 * A little more than the 200 at which Lua gives up (LUAI_MAXCCALLS), counted as Lua counts or less: what Lua can compile is never
 * refused here, and the stack of JavaScript lasts.
 */
const maxLevels = 210;

/** The parts of the grammar put together, with a limit on how deep they nest. */
export class DialectGrammar implements Grammar {
  readonly tokens: TokenCursor;
  readonly erasures: Erasures;
  #levels = 0;

  constructor(parts: { readonly tokens: TokenCursor; readonly erasures: Erasures }) {
    this.tokens = parts.tokens;
    this.erasures = parts.erasures;
  }

  block(): void {
    readBlock(this);
  }

  statement(): void {
    this.#enter();
    readStatement(this);
    this.#levels--;
  }

  expression(follow: Follow): void {
    this.#enter();
    readExpression(this, follow);
    this.#levels--;
  }

  functionBody(): void {
    readFunctionBody(this);
  }

  type(): void {
    this.#enter();
    readType(this);
    this.#levels--;
  }

  /** Whatever is thrown further in ends the reading, so nobody counts back then. */
  #enter(): void {
    if (++this.#levels > maxLevels) this.tokens.refuseNesting(maxLevels);
  }
}
