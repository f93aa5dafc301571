import type { SeededRandom } from "../../../drill/seeded_random.ts";
import type { Kind, Scope } from "./random_scope.ts";

const numbers =
  "0 1 -1 2 3 7 10 255 -5 63 64 0.5 -0.5 1.5 2.0 -0.0 1e15 1e100 2^53 0x7fffffff math.maxinteger math.mininteger math.huge -math.huge 3.7 100 1e-3 (1<<31) 0x10p2";
const strings = [
  "",
  "a",
  "abc",
  "hello world",
  "10",
  "0x1F",
  " 5 ",
  "1.5",
  "x=1, y=2",
  "aXbXc",
  "(a(b)c)",
  "\\0z",
  "\\xff\\u{20ac}",
  "%d",
  "a1b22c333",
  "the quick brown fox",
  "long ".repeat(10),
];

/** Writes expressions. Most have the kind that is asked for; a few have not, so that errors happen too. */
export class Expressions {
  readonly #random: SeededRandom;
  readonly #scope: Scope;
  #depth = 0;

  constructor(random: SeededRandom, scope: Scope) {
    this.#random = random;
    this.#scope = scope;
  }

  several(count: number): string {
    const list = Array.from({ length: count }, () => this.of("any"));
    if (this.#scope.hasVararg && this.#random.next() < 0.2) list.push("...");
    return list.length === 0 ? "nil" : list.join(", ");
  }

  of(kind: Kind): string {
    if (this.#random.next() < 0.02) return this.of("any");
    this.#depth += 1;
    const text = this.#depth > 3 ? this.#leaf(kind) : this.#one(kind);
    this.#depth -= 1;
    return text;
  }

  condition(): string {
    const [a, b] = [this.of("number"), this.of("number")];
    return this.#random.pick([
      `${a} < ${b}`,
      `${a} <= ${b}`,
      `${a} == ${b}`,
      `not (${a} > ${b})`,
      `${this.of("any")} == ${this.of("any")}`,
      `${this.of("string")} < ${this.of("string")}`,
      `${a} ~= ${b} and ${this.of("any")}`,
      `type(${this.of("any")}) == "number" or ${a} >= ${b}`,
      "true",
    ]);
  }

  #leaf(kind: Kind): string {
    const variable = this.#scope.pick(kind, this.#random);
    if (variable !== undefined && this.#random.next() < 0.7) return variable;
    switch (kind) {
      case "number":
        return this.#random.pick(numbers.split(" "));
      case "string":
        return `"${this.#random.pick(strings)}"`;
      case "table":
      case "object":
        return this.#random.pick(["{}", "{ 1, 2, 3 }", `{ x = 1, "a" }`]);
      case "function":
        return this.#random.pick(["text", "type", "select", "math.abs", "string.len"]);
      case "any":
        return this.#random.pick([
          "nil",
          "true",
          "false",
          this.#leaf("number"),
          this.#leaf("string"),
          this.#leaf("table"),
        ]);
    }
  }

  #one(kind: Kind): string {
    switch (kind) {
      case "number":
        return this.#number();
      case "string":
        return this.#string();
      case "table":
      case "object":
        return this.#random.next() < 0.7 ? this.#leaf(kind) : this.#table();
      case "function":
        return this.#leaf("function");
      case "any":
        return this.#any();
    }
  }

  #number(): string {
    if (this.#random.next() < 0.4) return this.#leaf("number");
    const [a, b] = [this.of("number"), this.of("number")];
    return this.#random.pick([
      `(${a} ${this.#random.pick(["+", "-", "*", "+", "-", "*", "/"])} ${b})`,
      `(${a} ${this.#random.pick(["+", "-", "*", "&", "|", "<<", ">>"])} ${this.#random.between(-2, 9)})`,
      `(${a} ${this.#random.pick(["//", "%", "/"])} ${this.#random.between(1, 9)})`,
      `(${this.#random.between(-9, 9)} ${this.#random.pick(["+", "-", "*", "&", "~", "<<", ">>"])} ${a})`,
      `((math.tointeger(${a}) or 3) ${this.#random.pick(["&", "|", "~", "<<", ">>"])} (math.tointeger(${b}) or 5))`,
      `divided(${a}, ${b})`,
      `modulo(${a}, ${b})`,
      `(- ${a})`,
      `(~ (math.tointeger(${a}) or 1))`,
      `#${this.#leaf("string")}`,
      `math.${this.#random.pick(["floor", "ceil", "abs"])}(${a})`,
      `math.${this.#random.pick(["max", "min"])}(${a}, ${b})`,
      `(tonumber(${this.of("string")}) or ${a})`,
      `(${this.of("string")} + ${a})`,
      `(math.tointeger(${a}) or ${b})`,
      `select("#", ${this.several(2)})`,
      `(${this.of("string")}):len()`,
      `(string.find(${this.of("string")}, "${this.#random.pick(["b", "%d+", "(%w)%s", ".-x", "o$"])}") or ${a})`,
      `(string.byte(${this.of("string")}, ${this.#random.between(-3, 3)}) or 0)`,
      `(${this.condition()} and ${a} or ${b})`,
      `(utf8.len(${this.of("string")}) or -1)`,
      `(math.ult(${this.#random.between(-5, 5)}, ${this.#random.between(-5, 5)}) and 1 or 2)`,
    ]);
  }

  #string(): string {
    if (this.#random.next() < 0.4) return this.#leaf("string");
    const a = this.of("string");
    return this.#random.pick([
      `((${a}):sub(1, 200) .. ${this.of("string")})`,
      `((${a}):sub(1, 200) .. ${this.of("number")} .. ${this.of("string")})`,
      `(${a}):sub(${this.#random.between(-4, 4)}, ${this.#random.between(-4, 6)})`,
      `(${a}):${this.#random.pick(["upper", "lower", "reverse"])}()`,
      `(${a}):sub(1, 20):rep(${this.#random.between(0, 3)}, ",")`,
      `text(${this.of("number")})`,
      `string.format("%5s|%q", text(${this.of("number")}), (${a}):sub(1, 20))`,
      `string.format("%.3f %g %5d", ${this.of("number")}, ${this.of("number")}, ${this.#random.between(-99, 99)})`,
      `(${a}):gsub("%w", "%0%0", 3)`,
      `((${a}):gsub("${this.#random.pick(["[aeiou]", "%s+", "(.)(.)", "^%w"])}", "${this.#random.pick(["", "-", "%1", "%%"])}"))`,
      `((${a}):match("${this.#random.pick(["%a+", "(%d+)", "^(.-)%s", "%w$"])}") or "none")`,
      `string.char(${this.#random.between(32, 126)}, ${this.#random.between(0, 255)})`,
      `table.concat({ ${this.of("number")}, ${this.of("string")} }, "-")`,
      `type(${this.of("any")})`,
      `string.pack("<i4z", ${this.#random.between(-999, 999)}, "z")`,
    ]);
  }

  #table(): string {
    return this.#random.pick([
      `{ ${this.several(3)} }`,
      `{ x = ${this.of("any")}, ${this.of("any")}, [${this.#random.between(1, 4)}] = ${this.of("any")} }`,
      `table.pack(${this.several(2)})`,
      `{ ${this.of("number")}, { ${this.of("string")}, y = ${this.of("number")} } }`,
      `setmetatable({ ${this.of("number")} }, { __index = ${this.#leaf("table")} })`,
    ]);
  }

  #any(): string {
    const callee = this.#scope.pick("function", this.#random);
    const roll = this.#random.next();
    if (callee !== undefined && roll < 0.15) return `${callee}(${this.several(2)})`;
    if (roll < 0.2)
      return `${this.#scope.pick("table", this.#random) ?? "_ENV"}.${this.#random.pick(["x", "y", "zz"])}`;
    if (roll < 0.24) return `${this.#scope.pick("object", this.#random) ?? "({})"}[${this.of("any")}]`;
    if (roll < 0.26) return `(select(${this.#random.between(-2, 3)}, ${this.several(2)}))`;
    if (roll < 0.28)
      return `(function(...) return ${this.#random.pick(["...", "select(2, ...)", "nil", "#{ ... }"])} end)(${this.several(2)})`;
    if (roll < 0.3)
      return `pcall(${this.#random.pick(["error", "type", "text", "string.rep", "math.floor", "setmetatable", "coroutine.yield", "rawlen"])}, ${this.of("any")})`;
    if (roll < 0.32) return `(load("return " .. ${this.#random.between(1, 9)} .. " * 2"))()`;
    if (roll < 0.36) return `(${this.of("any")} ${this.#random.pick(["and", "or"])} ${this.of("any")})`;
    if (roll < 0.38) return `(not ${this.of("any")})`;
    if (roll < 0.7) return this.of("number");
    return this.of(this.#random.pick(["string", "string", "table", "object"]));
  }
}
