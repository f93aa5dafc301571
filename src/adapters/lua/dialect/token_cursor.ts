import { LuaAnnotationError, LuaNestingError } from "./dialect_errors.ts";
import type { Lexer } from "./lexer.ts";
import { placeOf, type SourcePlace } from "./source_place.ts";
import type { Token } from "./token.ts";

/** The Lua around the annotations is not understood: erasing stops here, and Lua's compiler finds the words. */
export class NotUnderstood extends Error {}

/**
 * Walks over the tokens, a few ahead. Two kinds of refusal: `require…` is for plain Lua and stops the erasing, `expect…`
 * is for annotations and tells the author what was expected.
 */
export class TokenCursor {
  readonly #chunkName: string;
  readonly #source: string;
  readonly #lexer: Lexer;
  readonly #ahead: Token[] = [];
  #previous: Token | undefined;

  constructor(parts: { readonly chunkName: string; readonly source: string; readonly lexer: Lexer }) {
    this.#chunkName = parts.chunkName;
    this.#source = parts.source;
    this.#lexer = parts.lexer;
  }

  /** The token that was taken last ends here. */
  get previousEnd(): number {
    return this.#previous?.end ?? 0;
  }

  get current(): Token {
    return this.peek(0);
  }

  /** The token `distance` behind the current one; asked for a handful at most. */
  peek(distance: number): Token {
    for (;;) {
      const token = this.#ahead[distance];
      if (token !== undefined) return token;
      this.#ahead.push(this.#lexer.next());
    }
  }

  take(): Token {
    const token = this.current;
    this.#ahead.shift();
    this.#previous = token;
    return token;
  }

  at(text: string): boolean {
    return this.current.text === text;
  }

  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.take();
    return true;
  }

  /** @throws {NotUnderstood} */
  require(text: string): void {
    if (!this.accept(text)) throw new NotUnderstood();
  }

  /** @throws {NotUnderstood} */
  requireName(): void {
    if (this.current.kind !== "name") throw new NotUnderstood();
    this.take();
  }

  /** @throws {LuaAnnotationError} */
  expect(text: string): void {
    if (!this.accept(text)) this.fail(`'${text}'`);
  }

  /** @throws {LuaAnnotationError} with `what` as that which was expected. */
  expectName(what: string): void {
    if (this.current.kind !== "name") this.fail(what);
    this.take();
  }

  /** Takes one `>`, also the first of `>>` and the one of `>=`: `Map<K, List<V>>= v`. */
  expectCloseAngle(): void {
    const token = this.current;
    if (token.text === ">>" || token.text === ">=") {
      const middle = token.start + 1;
      this.#previous = { ...token, text: ">", end: middle };
      this.#ahead[0] = { ...token, text: token.text.slice(1), start: middle, onNewLine: false };
      return;
    }
    this.expect(">");
  }

  /** "`expected` was expected after the last token, got the current one." */
  fail(expected: string): never {
    const after = this.#previous === undefined ? "" : ` after ${quoted(this.#previous)}`;
    return this.refuse(`${expected} was expected${after}, got ${quoted(this.current)}`);
  }

  /** Any other sentence about the current token. */
  refuse(problem: string): never {
    throw new LuaAnnotationError(this.#place(), problem);
  }

  /** The current token is nested too deeply. */
  refuseNesting(levels: number): never {
    throw new LuaNestingError(this.#place(), levels);
  }

  #place(): SourcePlace {
    return placeOf(this.#chunkName, this.#source, this.current.start);
  }
}

const longestQuote = 40;

function quoted(token: Token): string {
  if (token.kind === "end") return "the end of the source";
  if (token.kind === "broken") return "a string or a comment that never ends";
  const [line = ""] = token.text.split(/[\r\n]/, 1);
  return line.length < token.text.length || line.length > longestQuote
    ? `'${line.slice(0, longestQuote)}…'`
    : `'${line}'`;
}
