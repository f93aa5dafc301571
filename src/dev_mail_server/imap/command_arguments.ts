import { ImapSyntaxError, type Value } from "./values.ts";

/** The arguments of a command, taken one after the other. Each taking throws {@link ImapSyntaxError} when it does not fit. */
export class CommandArguments {
  readonly #values: readonly Value[];
  #next = 0;

  constructor(values: readonly Value[]) {
    this.#values = values;
  }

  get left(): number {
    return this.#values.length - this.#next;
  }

  /** A look at the next one without taking it. */
  peek(): Value | undefined {
    return this.#values[this.#next];
  }

  /** The text of an atom in capitals, when that is what comes next. */
  peekWord(): string | undefined {
    const value = this.peek();
    return value?.kind === "atom" ? value.text.toUpperCase() : undefined;
  }

  take(what: string): Value {
    const value = this.#values[this.#next];
    if (value === undefined) throw new ImapSyntaxError(`Missing: ${what}`);
    this.#next += 1;
    return value;
  }

  /** An atom in capitals. */
  word(what: string): string {
    const value = this.take(what);
    if (value.kind !== "atom") throw new ImapSyntaxError(`Expected an atom: ${what}`);
    return value.text.toUpperCase();
  }

  /** An atom or a string, as text. */
  text(what: string): string {
    const value = this.take(what);
    switch (value.kind) {
      case "atom":
        return value.text;
      case "string":
        return value.bytes.toString("utf8");
      case "list":
        throw new ImapSyntaxError(`Expected a string: ${what}`);
    }
  }

  bytes(what: string): Buffer {
    const value = this.take(what);
    if (value.kind !== "string") throw new ImapSyntaxError(`Expected a string or literal: ${what}`);
    return value.bytes;
  }

  list(what: string): readonly Value[] {
    const value = this.take(what);
    if (value.kind !== "list") throw new ImapSyntaxError(`Expected a list: ${what}`);
    return value.items;
  }

  /** A list, or one value standing for a list of itself. */
  listOrOne(what: string): readonly Value[] {
    const value = this.take(what);
    return value.kind === "list" ? value.items : [value];
  }

  end(): void {
    if (this.left > 0) throw new ImapSyntaxError("More arguments than the command takes");
  }
}

/** The texts of the atoms of a list, as they were spelled. @throws {ImapSyntaxError} */
export function atomsOf(values: readonly Value[], what: string): string[] {
  return values.map((value) => {
    if (value.kind !== "atom") throw new ImapSyntaxError(`Expected an atom: ${what}`);
    return value.text;
  });
}
