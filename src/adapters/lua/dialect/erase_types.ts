import { LuaSourceTooLargeError } from "./dialect_errors.ts";
import { DialectGrammar } from "./dialect_grammar.ts";
import { Erasures } from "./erasures.ts";
import { Lexer } from "./lexer.ts";
import { NotUnderstood, TokenCursor } from "./token_cursor.ts";

export interface EraseOptions {
  /** How errors name the source: `pricing.lua`. */
  readonly chunkName: string;
  /** In UTF-8. Default: 1 MiB. */
  readonly maxBytes?: number;
}

const oneMebibyte = 1024 * 1024;

/**
 * Lua 5.4 source without its type annotations: spaces stand in their place, so every token keeps its line and its
 * column. Source without annotations comes back as it is (but `x = y as(z)` on one line is a cast, not a call of `as`).
 * Lua that is malformed itself is erased up to there and left to Lua's compiler, which finds the words. Nothing is left
 * for the run time: `type User = …` makes no `User`.
 *
 * @throws {LuaAnnotationError} when an annotation cannot be read
 * @throws {LuaNestingError} when it nests deeper than Lua would follow
 * @throws {LuaSourceTooLargeError}
 */
export function eraseTypes(source: string, { chunkName, maxBytes = oneMebibyte }: EraseOptions): string {
  const bytes = Buffer.byteLength(source);
  if (bytes > maxBytes) throw new LuaSourceTooLargeError(chunkName, bytes, maxBytes);
  const tokens = new TokenCursor({ chunkName, source, lexer: new Lexer(source) });
  const erasures = new Erasures();
  try {
    new DialectGrammar({ tokens, erasures }).block();
  } catch (thrown) {
    if (!(thrown instanceof NotUnderstood)) throw thrown;
  }
  return erasures.applyTo(source);
}
