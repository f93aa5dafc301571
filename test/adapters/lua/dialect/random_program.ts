import type { SeededRandom } from "../../../../src/app_runtime/testing/index.ts";
import { RandomTypes } from "./random_types.ts";
import { SourceWriter } from "./source_writer.ts";

const names = [
  "x",
  "y",
  "f",
  "t",
  "type",
  "as",
  "is",
  "export",
  "interface",
  "readonly",
  "keyof",
  "extends",
  "asserts",
];
const values = ["nil", "true", "1", "0x1p4", "3.5e-2", "'a:T'", "[[b\n::]]", "[==[]]]==]", "{ }", "x", "as", "type"];
const binary = ["+", "-", "..", "<", ">", "<=", ">>", "<<", "|", "&", "~", "==", "~=", "and", "or", "//"];
/** The others would go on with a type: `x :: A | B`, `x :: A < B`. */
const behindTypes = binary.filter((sign) => sign !== "<" && sign !== "|" && sign !== "&");

/** What follows the expression: see the grammar's Follow. */
type Follow = "statement" | "closing";

/**
 * A program that Lua compiles once its annotations are gone, with annotations at any place that can have one; with
 * `density` 0 it has none and is plain Lua.
 */
export class RandomProgram {
  readonly #random: SeededRandom;
  readonly #writer: SourceWriter;
  readonly #types: RandomTypes;
  readonly #density: number;
  #labels = 0;

  constructor(random: SeededRandom, density: number) {
    this.#random = random;
    this.#writer = new SourceWriter(random);
    this.#density = density;
    const writeExpression = () => this.#expression(1, "closing");
    this.#types = new RandomTypes({ random, writer: this.#writer, writeExpression });
    this.#block(4);
    if (random.chance(0.3)) this.#return(2);
    this.#writer.newLine();
  }

  get source(): string {
    return this.#writer.source;
  }

  get erased(): string {
    return this.#writer.erased;
  }

  #block(depth: number): void {
    for (let count = this.#random.below(depth + 2); count > 0; count--) {
      this.#writer.newLine();
      this.#statement(depth);
    }
  }

  #return(depth: number): void {
    this.#writer.write("return");
    this.#expression(depth, "closing");
  }

  #statement(depth: number): void {
    const simple = [
      () => this.#local(depth),
      () => this.#assignment(depth),
      () => this.#call(depth),
      () => this.#open(depth),
      () => this.#label(),
      () => this.#declaration(),
    ];
    const nested = [
      () => this.#function(depth - 1),
      () => this.#loop(depth - 1),
      () => this.#branch(depth - 1),
      () => this.#nestedBlock("do", depth - 1),
      () => this.#repeat(depth - 1),
    ];
    this.#random.pick(depth > 0 ? [...simple, ...nested] : simple)?.();
  }

  #nestedBlock(head: string, depth: number): void {
    this.#writer.write(head);
    this.#block(depth);
    this.#writer.write("end");
  }

  #local(depth: number): void {
    this.#writer.write("local");
    this.#typedName();
    if (this.#random.chance(0.3)) this.#writer.write("< const >");
    if (this.#random.chance(0.3)) {
      this.#writer.write(",");
      this.#typedName();
    }
    if (this.#random.chance(0.8)) {
      this.#writer.write("=");
      this.#expression(depth, "statement");
    }
  }

  #assignment(depth: number): void {
    this.#name();
    this.#writer.write(". field");
    if (this.#random.chance(0.2)) this.#writer.write(", t [ 1 ]");
    this.#writer.write("=");
    this.#expression(depth, "statement");
  }

  #call(depth: number): void {
    this.#name();
    if (this.#random.chance(0.2)) this.#annotation(() => this.#writer.write("!"));
    if (this.#random.chance(0.3)) this.#writer.write(": method");
    this.#arguments(depth);
  }

  #arguments(depth: number): void {
    if (this.#random.chance(0.15)) {
      this.#annotation(() => {
        this.#writer.write(":: < T ,");
        this.#types.write(1);
        this.#writer.write(">");
      });
    }
    if (this.#random.chance(0.2))
      this.#writer.write(this.#random.pick(["'s'", "{ }", "{ 1 , a = 2 ; [ x ] = 3 }"]) ?? "");
    else this.#inBrackets("(", depth, ")");
  }

  #inBrackets(open: string, depth: number, close: string): void {
    this.#writer.write(open);
    this.#expression(depth, "closing");
    this.#writer.write(close);
  }

  #open(depth: number): void {
    this.#writer.openStatement();
    this.#expression(depth, "closing");
    this.#writer.write(")");
    this.#arguments(depth);
  }

  #label(): void {
    this.#labels++;
    this.#writer.write(`:: l${this.#labels} ::`);
  }

  #declaration(): void {
    const { separates, write } = this.#random.pick([
      { separates: true, write: () => this.#alias() },
      { separates: true, write: () => this.#interface() },
    ]) ?? { separates: false, write: () => {} };
    this.#annotation(write, { separates });
  }

  #alias(): void {
    if (this.#random.chance(0.3)) this.#writer.write("export");
    this.#writer.write("type Name");
    if (this.#random.chance(0.3)) this.#types.writeParameters(1);
    this.#writer.write("=");
    this.#types.write(2);
  }

  #interface(): void {
    this.#writer.write("interface Name");
    if (this.#random.chance(0.3)) this.#writer.write(": Base , mod . Other");
    if (this.#random.chance(0.7)) {
      this.#writer.write("field :");
      this.#types.write(2);
    }
    this.#writer.newLine();
    if (this.#random.chance(0.7)) this.#writer.write("function method( self , a : T ) : ( A , B )");
    this.#writer.write("end");
  }

  #function(depth: number): void {
    this.#writer.write(
      this.#random.pick(["local function f", "function g", "function t . a . b", "function t : m"]) ?? "",
    );
    this.#functionBody(depth);
  }

  #functionBody(depth: number): void {
    if (this.#random.chance(0.3)) this.#annotation(() => this.#types.writeParameters(1));
    this.#writer.write("(");
    this.#typedName();
    this.#writer.write(",");
    this.#typedName();
    this.#writer.write(", ...");
    this.#typeBehind();
    this.#writer.write(")");
    this.#typeBehind();
    this.#writer.newLine();
    this.#block(depth);
    if (this.#random.chance(0.5)) this.#return(depth);
    this.#writer.write("end");
  }

  #loop(depth: number): void {
    this.#writer.write("for");
    this.#typedName();
    if (this.#random.chance(0.5)) {
      this.#inBrackets("=", depth, ", 10");
    } else {
      this.#writer.write(",");
      this.#typedName();
      this.#writer.write("in");
      this.#expression(depth, "closing");
    }
    this.#nestedBlock("do", depth);
  }

  #branch(depth: number): void {
    this.#inBrackets("if", depth, "then");
    this.#block(depth);
    this.#inBrackets("elseif", depth, "then");
    this.#block(depth);
    this.#nestedBlock("else", depth);
  }

  #repeat(depth: number): void {
    this.#writer.write("repeat");
    this.#block(depth);
    this.#writer.write("until");
    this.#expression(depth, "statement");
  }

  #expression(depth: number, follow: Follow): void {
    if (this.#random.chance(0.1)) this.#writer.write(this.#random.pick(["-", "not", "#", "~"]) ?? "-");
    let isCast = this.#operand(depth, follow);
    while (depth > 0 && this.#random.chance(0.3)) {
      this.#writer.write(this.#random.pick(isCast ? behindTypes : binary) ?? "+");
      isCast = this.#operand(depth - 1, follow);
    }
  }

  /** Whether it may end with a type. */
  #operand(depth: number, follow: Follow): boolean {
    const forms = [
      () => this.#writer.write(this.#random.pick(values) ?? "x"),
      () => this.#call(depth - 1),
      () => this.#inBrackets("(", depth - 1, ")"),
      () => this.#inBrackets("t [", depth - 1, "] . x"),
      () => this.#inBrackets("{ a =", depth - 1, ", 'b' ; c , }"),
      () => this.#anonymous(depth - 1),
    ];
    if (depth > 0) this.#random.pick(forms)?.();
    else forms[0]?.();
    const isCast = this.#random.chance(0.3);
    if (isCast) this.#cast(follow);
    return isCast;
  }

  #anonymous(depth: number): void {
    this.#writer.write("function");
    this.#functionBody(depth);
  }

  #cast(follow: Follow): void {
    const sign = this.#random.pick([":: T", ":: |", "as"]) ?? ":: T"; // `:: <` would be the type arguments of a call
    const write = () => {
      this.#writer.write(sign);
      if (sign !== ":: T") this.#types.writeWithoutSign(2);
    };
    this.#annotation(write, { separates: follow === "statement", tight: true });
  }

  #name(): void {
    this.#writer.write(this.#random.pick(names) ?? "x");
  }

  #typedName(): void {
    this.#name();
    this.#typeBehind();
  }

  #typeBehind(): void {
    this.#annotation(() => {
      this.#writer.write(":");
      this.#types.write(2);
    });
  }

  #annotation(write: () => void, options?: { readonly separates?: boolean; readonly tight?: boolean }): void {
    if (this.#random.chance(this.#density)) this.#writer.annotate(write, options);
  }
}
