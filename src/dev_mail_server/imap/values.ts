import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { Fragment } from "./command_reader.ts";

/** An argument of a command (RFC 9051 section 4). An atom keeps its brackets: `BODY[HEADER]<0.10>` is one. */
export type Value =
  | { readonly kind: "atom"; readonly text: string }
  | { readonly kind: "string"; readonly bytes: Buffer }
  | { readonly kind: "list"; readonly items: readonly Value[] };

/** The client said something that is not IMAP, or not the part of it that this server speaks; it is answered BAD. */
export class ImapSyntaxError extends RuntimeError {
  readonly code = "DEV_MAIL_IMAP_SYNTAX";
  override readonly failureClass = "permanent";
}

const maxListDepth = 16;

/** Reads the arguments of one command. @throws {ImapSyntaxError} */
export function parseValues(fragments: readonly Fragment[]): Value[] {
  const parser = new ValueParser(fragments);
  return parser.all();
}

/** Only ever on one line: a literal ends a text fragment, so the parser walks fragment by fragment. */
class ValueParser {
  readonly #open: Value[][] = [[]];
  readonly #fragments: readonly Fragment[];

  constructor(fragments: readonly Fragment[]) {
    this.#fragments = fragments;
  }

  all(): Value[] {
    for (const fragment of this.#fragments) {
      if (fragment.kind === "literal") this.#add({ kind: "string", bytes: fragment.bytes });
      else this.#readText(fragment.text);
    }
    const [values, ...unclosed] = this.#open;
    if (values === undefined || unclosed.length > 0) throw new ImapSyntaxError("A parenthesis is not closed");
    return values;
  }

  #readText(text: string): void {
    let at = 0;
    while (at < text.length) {
      const char = text[at];
      if (char === " ") at += 1;
      else if (char === "(") at = this.#openList(at);
      else if (char === ")") at = this.#closeList(at);
      else if (char === '"') at = this.#readQuoted(text, at);
      else at = this.#readAtom(text, at);
    }
  }

  #openList(at: number): number {
    if (this.#open.length > maxListDepth) throw new ImapSyntaxError(`Lists are nested deeper than ${maxListDepth}`);
    this.#open.push([]);
    return at + 1;
  }

  #closeList(at: number): number {
    const items = this.#open.pop();
    if (items === undefined || this.#open.length === 0)
      throw new ImapSyntaxError("A parenthesis is closed that was not opened");
    this.#add({ kind: "list", items });
    return at + 1;
  }

  #readQuoted(text: string, at: number): number {
    const quoted = /"((?:[^"\\]|\\.)*)"/y;
    quoted.lastIndex = at;
    const match = quoted.exec(text);
    if (match === null) throw new ImapSyntaxError("A quoted string is not closed");
    this.#add({ kind: "string", bytes: Buffer.from((match[1] ?? "").replace(/\\(.)/g, "$1"), "latin1") });
    return quoted.lastIndex;
  }

  #readAtom(text: string, at: number): number {
    const atom = /(?:\[[^\]]*\]|[^\s()"[])+/y;
    atom.lastIndex = at;
    const match = atom.exec(text);
    if (match === null) throw new ImapSyntaxError(`Not understood: ${text.slice(at, at + 20)}`);
    this.#add({ kind: "atom", text: match[0] });
    return atom.lastIndex;
  }

  #add(value: Value): void {
    this.#open.at(-1)?.push(value);
  }
}
