import type { SeededRandom } from "../../../drill/seeded_random.ts";

/** What a variable of a random program most likely holds. An `object` is a table that may have a metatable. */
export type Kind = "number" | "string" | "table" | "object" | "function" | "any";

/** The variables that can be seen at a place of a random program. */
export class Scope {
  readonly #blocks: { readonly variables: (readonly [Kind, string])[]; vararg: boolean }[] = [
    { variables: [], vararg: true },
  ];

  open(): void {
    this.#blocks.push({ variables: [], vararg: this.hasVararg });
  }

  close(): void {
    this.#blocks.pop();
  }

  get hasVararg(): boolean {
    return this.#blocks.at(-1)?.vararg ?? false;
  }

  allowVararg(): void {
    this.#vararg(true);
  }

  forbidVararg(): void {
    this.#vararg(false);
  }

  add(kind: Kind, name: string): void {
    this.#blocks.at(-1)?.variables.push([kind, name]);
  }

  /** A variable of that kind; "any" takes all but functions. */
  pick(kind: Kind, random: SeededRandom): string | undefined {
    const fitting = this.#blocks
      .flatMap(({ variables }) => variables)
      .filter(([own]) => own === kind || (kind === "any" && own !== "function"));
    return fitting.length === 0 ? undefined : random.pick(fitting)[1];
  }

  #vararg(allowed: boolean): void {
    const block = this.#blocks.at(-1);
    if (block !== undefined) block.vararg = allowed;
  }
}
