import type { SeededRandom } from "../../../../src/app_runtime/testing/index.ts";
import type { SourceWriter } from "./source_writer.ts";

const leaves = ["T", "string", "integer", "mod.Type", "a.b.C", "nil", "true", "'x'", "[[y]]", "3", "-4", "fun", "{}"];

/** Any type, of every form of the dialect. */
export class RandomTypes {
  readonly #random: SeededRandom;
  readonly #writer: SourceWriter;
  readonly #writeExpression: () => void;

  constructor(parts: {
    readonly random: SeededRandom;
    readonly writer: SourceWriter;
    readonly writeExpression: () => void;
  }) {
    this.#random = parts.random;
    this.#writer = parts.writer;
    this.#writeExpression = parts.writeExpression;
  }

  write(depth: number): void {
    if (this.#random.chance(0.1)) this.#writer.write(this.#random.pick(["|", "&"]) ?? "|");
    this.writeWithoutSign(depth);
  }

  /** No `|` or `&` in front. */
  writeWithoutSign(depth: number): void {
    const random = this.#random;
    this.#writeMember(depth);
    while (depth > 0 && random.chance(0.2)) {
      this.#writer.write(random.pick(["|", "&"]) ?? "|");
      this.#writeMember(depth - 1);
    }
    if (depth > 0 && random.chance(0.05)) this.#writeCondition(depth - 1);
  }

  /** `<T, U: C>` */
  writeParameters(depth: number): void {
    this.#writer.write("< T");
    if (this.#random.chance(0.4)) this.#writeBehind(", U :", depth - 1);
    if (this.#random.chance(0.2)) this.#writeBehind(", V extends", depth - 1);
    if (this.#random.chance(0.2)) this.#writeBehind(", W... , X =", depth - 1);
    this.#writer.write(">");
  }

  #writeBehind(text: string, depth: number, last = ""): void {
    this.#writer.write(text);
    this.write(depth);
    if (last !== "") this.#writer.write(last);
  }

  #writeCondition(depth: number): void {
    this.#writer.write("extends", { tight: true });
    this.#writeMember(depth);
    this.#writer.write("?");
    this.writeWithoutSign(depth);
    this.#writeBehind(":", depth);
  }

  #writeMember(depth: number): void {
    const random = this.#random;
    if (random.chance(0.05)) {
      this.#writer.write(random.pick(["readonly", "keyof"]) ?? "");
      this.#writer.write("{ string }", { tight: true });
    } else if (depth <= 0 || random.chance(0.4)) {
      this.#writer.write(random.pick(leaves) ?? "T");
    } else {
      this.#writeWhole(depth - 1);
    }
    if (random.chance(0.15)) this.#writer.write("?");
    if (random.chance(0.05)) this.#writer.write("[ ]", { tight: true });
    if (random.chance(0.08)) this.#writeAnnotation();
  }

  #writeAnnotation(): void {
    this.#writer.write(this.#random.pick(["@min( 1 )", "@ unique", '@pattern( "^a" )', "@tag( )"]) ?? "");
  }

  #writeWhole(depth: number): void {
    const forms = [
      () => this.#writeBehind("Map < K ,", depth, this.#random.chance(0.5) ? ">" : ", List < V >>"),
      () => this.#writeBehind("{", depth, "}"),
      () => this.#writeBehindTwice("{ [", "] :", depth, "}"),
      () => this.#writeBehindTwice("{ name :", "; readonly age ? :", depth, ", end : T , }"),
      () => this.#writeBehindTwice("( a :", ", ...", depth, ") -> ( )"),
      () => this.#writeBehindTwice("(", ") ->", depth, ""),
      () => this.#writeBehindTwice("fun( x :", ") :", depth, ""),
      () => this.#writeBehind("< T > ( x : T ) ->", depth),
      () => this.#writeTypeOf(),
    ];
    this.#random.pick(forms)?.();
  }

  #writeTypeOf(): void {
    this.#writer.write("typeof (");
    this.#writeExpression();
    this.#writer.write(")");
  }

  #writeBehindTwice(first: string, second: string, depth: number, last: string): void {
    this.#writeBehind(first, depth);
    this.#writeBehind(second, depth, last);
  }
}
