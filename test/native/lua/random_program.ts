// Long, because each kind of statement is a method of one writer, which holds what they share.
import type { SeededRandom } from "../../../drill/seeded_random.ts";
import { Expressions } from "./random_expressions.ts";
import { Scope } from "./random_scope.ts";

/**
 * Prints values the same way everywhere: tables by sorted keys, functions and threads by their type. `spent` ends recursion.
 * `divided` and `modulo` stand on the first line, because 5.4.4 names a wrong line for a division by zero.
 */
const prelude = `local function divided(a, b) return a // b end local function modulo(a, b) return a % b end
local function text(v) local t = type(v) return (t == "table" or t == "function" or t == "thread") and t or tostring(v) end
local fuel = 400
local function spent() fuel = fuel - 1 return fuel < 0 end
local function before(a, b)
local x, y = type(a), type(b)
if x ~= y then return x < y end
if x == "number" or x == "string" then return a < b end
return x == "boolean" and b and not a
end
local function show(v, depth)
if type(v) == "table" then
if (depth or 0) > 2 then return "{..}" end
local keys = {}
for k in next, v do keys[#keys + 1] = k end
for i, k in ipairs(keys) do keys[i] = show(k, (depth or 0) + 1) .. "=" .. show(rawget(v, k), (depth or 0) + 1) end
for i = 2, #keys do
local k, j = keys[i], i
while j > 1 and before(k, keys[j - 1]) do keys[j], j = keys[j - 1], j - 1 end
keys[j] = k
end
return "{" .. table.concat(keys, " ") .. "}"
end
if type(v) == "function" or type(v) == "thread" then return type(v) end
return #tostring(v) > 200 and #tostring(v) .. tostring(v):sub(1, 50) or tostring(v)
end
local function p(...)
local out = table.pack(...)
for i = 1, out.n do out[i] = show(out[i]) end
print(table.concat(out, " "))
end
local function section(name, f, ...) p(name, pcall(f, ...)) end
`;

/**
 * A well-formed Lua program that comes to its end, printing a trace of values on its way. Each statement has a line of its own,
 * as far as it can, so that lines can be left out when it is to be shrunk.
 */
export function randomProgram(random: SeededRandom): string {
  return prelude + new ProgramWriter(random).write();
}

const operators = ["add", "sub", "mul", "div", "mod", "idiv", "band", "bor", "bxor", "shl", "shr", "concat"];

class ProgramWriter {
  readonly #random: SeededRandom;
  readonly #lines: string[] = [];
  readonly #scope = new Scope();
  readonly #expressions: Expressions;
  #depth = 0;
  #inFunction = 0;
  #inLoop = 0;
  #names = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#expressions = new Expressions(random, this.#scope);
  }

  write(): string {
    for (const kind of ["number", "number", "string", "table", "object"] as const) this.#declare(kind);
    for (let index = this.#random.between(2, 5); index > 0; index -= 1) this.#section(`s${index}`);
    this.#say(`p("end", ${this.#expressions.several(3)})`);
    return this.#lines.join("\n");
  }

  #say(line: string): void {
    this.#lines.push(line);
  }

  #fresh(stem: string): string {
    this.#names += 1;
    return `${stem}${this.#names}`;
  }

  #section(name: string): void {
    this.#function(`section("${name}", function(...)`, `end, ${this.#expressions.several(2)})`, true);
  }

  /** A function's body between its first and its last line. */
  #function(first: string, last: string, vararg: boolean, parameters: readonly string[] = []): void {
    const loops = this.#inLoop;
    this.#say(first);
    this.#inside(() => {
      this.#inLoop = 0;
      this.#inFunction += 1;
      if (vararg) this.#scope.allowVararg();
      else this.#scope.forbidVararg();
      for (const parameter of parameters) this.#scope.add("any", parameter);
      this.#block(1, 4);
      if (this.#random.next() < 0.7) this.#say(this.#return());
      this.#inFunction -= 1;
    });
    this.#inLoop = loops;
    this.#say(last);
  }

  #return(): string {
    const call = this.#scope.pick("function", this.#random);
    if (call !== undefined && this.#random.next() < 0.3) return `return ${call}(${this.#expressions.several(2)})`;
    return `return ${this.#expressions.several(this.#random.between(0, 3))}`;
  }

  #inside(write: () => void): void {
    this.#depth += 1;
    this.#scope.open();
    write();
    this.#scope.close();
    this.#depth -= 1;
  }

  #block(least: number, most: number): void {
    const size = this.#depth > 3 ? 1 : this.#random.between(least, most);
    for (let index = 0; index < size; index += 1) this.#statement();
  }

  #statement(): void {
    const simple = [this.#print, this.#assign, this.#assign, this.#local, this.#tableCall, this.#print, this.#many];
    const deep = [
      this.#if,
      this.#for,
      this.#for,
      this.#forIn,
      this.#while,
      this.#repeat,
      this.#goto,
      this.#do,
      this.#localFunction,
    ];
    const rare = [
      this.#coroutine,
      this.#coroutine,
      this.#protected,
      this.#recursive,
      this.#metatable,
      this.#toBeClosed,
      this.#throw,
      this.#wrap,
      this.#method,
      this.#gsub,
      this.#sort,
    ];
    const roll = this.#random.next();
    const kinds = this.#depth > 3 || roll < 0.5 ? simple : roll < 0.75 ? deep : rare;
    this.#random.pick(kinds).call(this);
  }

  #print(): void {
    this.#say(`p(${this.#expressions.several(this.#random.between(1, 4))})`);
  }

  #declare(kind: "number" | "string" | "table" | "object"): void {
    const value = this.#expressions.of(kind);
    const name = this.#fresh(kind.charAt(0));
    this.#say(`local ${name} = ${value}`);
    this.#scope.add(kind, name);
  }

  #local(): void {
    this.#declare(this.#random.pick(["number", "number", "string", "table", "object"]));
  }

  #assign(): void {
    const kind = this.#random.pick(["number", "string", "any"] as const);
    const target = this.#scope.pick(kind, this.#random);
    if (target !== undefined && this.#random.next() < 0.6) this.#say(`${target} = ${this.#expressions.of(kind)}`);
    else
      this.#say(
        `${this.#expressions.of("table")}.${this.#random.pick(["x", "y", "z"])} = ${this.#expressions.of("any")}`
          .replace(/^\(?\{/, "local _ = {")
          .replace(/^local _ = (.*)\)?\.[xyz] = .*$/, "p($1)"),
      );
  }

  #many(): void {
    const left = this.#scope.pick("number", this.#random);
    const right = this.#scope.pick("any", this.#random);
    if (left !== undefined && right !== undefined)
      this.#say(`${left}, ${right} = ${this.#expressions.of("number")}, ${left}`);
  }

  #tableCall(): void {
    const table = this.#scope.pick("table", this.#random);
    if (table === undefined) {
      this.#print();
      return;
    }
    const any = this.#expressions.of("any");
    this.#say(
      this.#random.pick([
        `table.insert(${table}, ${any})`,
        `table.insert(${table}, 1, ${any})`,
        `p(table.remove(${table}))`,
        `p(table.remove(${table}, 1))`,
        `p(#${table}, ${table}[#${table}])`,
        `p(table.unpack(${table}, 1, 3))`,
        `p(pcall(table.concat, ${table}, ","))`,
        `p(table.move(${table}, 1, 2, 2))`,
        `${table}[${this.#expressions.of("any")}] = ${any}`,
        `${table}[#${table} + 1] = ${any}`,
        `rawset(${table}, ${this.#random.between(1, 5)}, ${any})`,
        `p(rawlen(${table}), rawequal(${table}, ${any}), select("#", table.unpack(${table})))`,
      ]),
    );
  }

  #if(): void {
    this.#say(`if ${this.#expressions.condition()} then`);
    this.#inside(() => this.#block(1, 3));
    if (this.#random.next() < 0.4) {
      this.#say(`elseif ${this.#expressions.condition()} then`);
      this.#inside(() => this.#block(1, 2));
    }
    if (this.#random.next() < 0.5) {
      this.#say("else");
      this.#inside(() => this.#block(1, 2));
    }
    this.#say("end");
  }

  #for(): void {
    const name = this.#fresh("i");
    const range = this.#random.pick([
      "1, 4",
      "3, 1, -1",
      "1, 2, 0.5",
      "math.maxinteger - 1, math.maxinteger",
      "math.mininteger + 1, math.mininteger, -1",
      "1.0, 3",
      "5, 1",
      "-2, 2, 2",
      "1, 3",
    ]);
    this.#loop(`for ${name} = ${range} do`, "end", [["number", name]]);
  }

  #forIn(): void {
    const [key, value] = [this.#fresh("k"), this.#fresh("v")];
    const list = this.#expressions.of("table");
    const header = this.#random.pick([
      `for ${key}, ${value} in ipairs(${list}) do if ${key} > 6 then break end`,
      `for ${key}, ${value} in string.gmatch(${this.#expressions.of("string")}, "(%w)(%w?)") do if spent() then break end`,
      `for ${key}, ${value} in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i, i * ${this.#random.between(-3, 9)}) end end) do`,
      `for ${key}, ${value} in (function() local n = 0 return function() n = n + 1 if n < 4 then return n, n / 2 end end end)() do`,
      `for ${key}, ${value} in function(s, c) if c < s then return c + 1, s end end, 3, 0 do`,
      `for ${key}, ${value} in pairs({ ${this.#expressions.of("any")}, ${this.#expressions.of("any")} }) do`,
      `for ${key}, ${value} in next, { ${this.#expressions.of("any")} } do`,
    ]);
    this.#loop(header, "end", [
      ["any", key],
      ["any", value],
    ]);
  }

  #while(): void {
    const name = this.#fresh("w");
    this.#say(`local ${name} = 0`);
    this.#loop(`while ${name} < ${this.#random.between(1, 5)} do ${name} = ${name} + 1`, "end", [
      ["number", `${name} + 0`],
    ]);
  }

  #repeat(): void {
    const name = this.#fresh("r");
    this.#say(`local ${name} = 0`);
    this.#loop(
      `repeat ${name} = ${name} + 1 local last = ${name} >= ${this.#random.between(1, 4)}`,
      `until last or ${this.#expressions.condition()}`,
      [],
    );
  }

  #loop(first: string, last: string, variables: readonly (readonly ["number" | "any", string])[]): void {
    this.#say(first);
    this.#inside(() => {
      this.#inLoop += 1;
      for (const [kind, name] of variables) if (!name.includes(" ")) this.#scope.add(kind, name);
      const captures = this.#random.next() < 0.2 ? variables[0]?.[1] : undefined;
      this.#block(1, 3);
      if (captures !== undefined) {
        const name = this.#fresh("f");
        this.#say(
          `local function ${name}(x) ${captures.includes(" ") ? "" : `${captures} = x`} return x end p(${name}(${this.#expressions.of("number")}))`,
        );
      }
      if (this.#random.next() < 0.2) this.#say(`if ${this.#expressions.condition()} then break end`);
      this.#inLoop -= 1;
    });
    this.#say(last);
  }

  #goto(): void {
    const label = this.#fresh("l");
    const count = this.#fresh("c");
    this.#say(`do local ${count} = 0`);
    this.#say(`::${label}:: ${count} = ${count} + 1`);
    this.#say("do");
    this.#inside(() => this.#block(1, 2));
    this.#say("end");
    this.#say(`if ${count} < ${this.#random.between(1, 4)} then goto ${label} end end`);
  }

  #do(): void {
    this.#say("do");
    this.#inside(() => this.#block(1, 3));
    this.#say("end");
  }

  #localFunction(): void {
    const name = this.#fresh("f");
    const parameters = [this.#fresh("a"), this.#fresh("a")].slice(0, this.#random.between(0, 2));
    const vararg = this.#random.next() < 0.5;
    const list = [...parameters, ...(vararg ? ["..."] : [])].join(", ");
    this.#function(`local function ${name}(${list}) if spent() then return 0 end`, "end", vararg, parameters);
    this.#scope.add("function", name);
  }

  #recursive(): void {
    const name = this.#fresh("rec");
    const step = this.#random.pick([
      `return n + ${name}(n - 1)`,
      `return ${name}(n - 1, ...)`,
      `return select("#", ...) + (${name}(n - 1, n, ...))`,
      `return (pcall(${name}, n - 1)) and n`,
      `return coroutine.wrap(${name})(n - 1)`,
    ]);
    this.#say(`local function ${name}(n, ...) if n <= 0 or spent() then return n, ... end ${step} end`);
    this.#say(`p(pcall(${name}, ${this.#random.between(1, 30)}, ${this.#expressions.of("any")}))`);
  }

  #coroutine(): void {
    const name = this.#fresh("co");
    this.#function(
      `local ${name} = coroutine.create(function(...) local got = coroutine.yield(...) p(got, coroutine.isyieldable())`,
      "end)",
      true,
    );
    for (let index = this.#random.between(1, 5); index > 0; index -= 1)
      this.#say(`p(coroutine.status(${name}), coroutine.resume(${name}, ${this.#expressions.several(2)}))`);
    if (this.#random.next() < 0.4) this.#say(`p(pcall(coroutine.close, ${name}))`);
    this.#say(`p(coroutine.status(${name}))`);
  }

  #wrap(): void {
    const name = this.#fresh("wr");
    this.#say(`local ${name} = coroutine.wrap(function(...)`);
    this.#inside(() => {
      this.#scope.allowVararg();
      const variable = this.#fresh("y");
      this.#say(`local ${variable} = coroutine.yield(${this.#expressions.several(2)})`);
      this.#scope.add("any", variable);
      this.#say(
        this.#random.pick([
          `p(pcall(function() error(coroutine.yield(${variable})) end))`,
          `p(xpcall(coroutine.yield, text, ${variable}))`,
          `for i = 1, 2 do p(coroutine.yield(i, ${variable})) end`,
          `local t = setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end, __lt = function(a, b) return coroutine.yield("lt") end, __concat = function() return coroutine.yield("cat") end, __close = function() coroutine.yield("close") end }) p(t.a, t < t, "x" .. t .. "y", t[1]) local c <close> = t`,
        ]),
      );
      this.#block(1, 3);
    });
    this.#say("end)");
    this.#say(`for i = 1, ${this.#random.between(2, 7)} do p(pcall(${name}, i, ${this.#expressions.of("any")})) end`);
  }

  #protected(): void {
    const kind = this.#random.pick(["pcall(function(...)", "xpcall(function(...)", "pcall(pcall, function(...)"]);
    const handler = kind.startsWith("x")
      ? `, function(m) p("handler", m) return ${this.#random.pick(["type(m)", "m, 1", "nil"])} end`
      : "";
    this.#function(`p(${kind}`, `end${handler}, ${this.#expressions.several(2)}))`, true);
  }

  #throw(): void {
    if (this.#inFunction === 0) {
      this.#print();
      return;
    }
    this.#say(
      `if ${this.#expressions.condition()} then error(${this.#expressions.of("any")}, ${this.#random.between(0, 3)}) end`,
    );
  }

  #toBeClosed(): void {
    const name = this.#fresh("tbc");
    const body = this.#random.pick([
      `p("${name}", e)`,
      `p("${name}", e) error("${name} fails", 0)`,
      `p("${name}") if coroutine.isyieldable() then coroutine.yield("${name}") end`,
    ]);
    this.#say("do");
    this.#inside(() => {
      this.#say(`local ${name} <close> = setmetatable({}, { __close = function(_, e) ${body} end })`);
      this.#block(1, 3);
    });
    this.#say("end");
  }

  #metatable(): void {
    const table = this.#scope.pick("table", this.#random) ?? "{}";
    const name = this.#fresh("m");
    const operator = this.#random.pick(operators);
    this.#say(`local ${name} = setmetatable(${this.#random.pick(["{}", "{ 1, 2, 3 }"])}, {`);
    this.#say(
      `__${operator} = function(a, b) if spent() then return 0 end return ${this.#random.pick(["type(a)", "type(b)", "b", "a", `${this.#expressions.of("any")}`])} end,`,
    );
    this.#say(
      `__index = ${this.#random.pick([`function(t, k) return ${this.#expressions.of("any")} end`, table, "string", "{ x = 1 }"])},`,
    );
    if (this.#random.next() < 0.5)
      this.#say(
        `__newindex = ${this.#random.pick(["function(t, k, v) if k ~= nil and k == k then rawset(t, k, v) end end", "{}"])},`,
      );
    if (this.#random.next() < 0.5) this.#say(`__call = function(self, ...) return select("#", ...), ... end,`);
    if (this.#random.next() < 0.5) this.#say(`__len = function() return ${this.#random.between(0, 4)} end,`);
    if (this.#random.next() < 0.5)
      this.#say(
        `__eq = function() return ${this.#random.pick(["true", "1", "nil"])} end, __lt = function(a, b) return ${this.#random.pick(["true", "type(a) == type(b)"])} end, __le = function() return false end,`,
      );
    this.#say(`__unm = function(a) return ${this.#expressions.of("any")} end })`);
    this.#scope.add("object", name);
    this.#say(
      `p(pcall(function() return ${this.#expressions.of("object")}, -${name}, ${name} + ${this.#expressions.of("number")} end))`,
    );
    this.#say(
      `p(pcall(function() return ${name} .. ${this.#expressions.of("string")}, ${name} < ${name}, ${name} == {}, #${name} end))`,
    );
  }

  #method(): void {
    const name = this.#fresh("obj");
    this.#say(`local ${name} = { n = ${this.#expressions.of("number")} }`);
    this.#function(`function ${name}:go(a, ...) if spent() then return self end`, "end", true, ["a", "self.n"]);
    this.#say(`p(pcall(${name}.go, ${name}, ${this.#expressions.several(2)}))`);
    this.#scope.add("object", name);
  }

  #gsub(): void {
    const pattern = this.#random.pick([
      "%w+",
      ".",
      "(%a)(%d?)",
      "",
      "%s*",
      "[^a-c]",
      "%f[%w]%w",
      "(.)%1",
      "()",
      "%b()",
      "^.",
      ".$",
    ]);
    const replacement = this.#random.pick([
      `"<%0>"`,
      `{ a = "1", b = false, c = 3 }`,
      `function(x, y) if spent() then return end p(x, y) return ${this.#expressions.of("any")} end`,
      `string.upper`,
    ]);
    this.#say(
      `p(pcall(string.gsub, ${this.#expressions.of("string")}, "${pattern}", ${replacement}, ${this.#random.between(0, 6)}))`,
    );
  }

  #sort(): void {
    const items = Array.from({ length: this.#random.between(0, 6) }, () => this.#expressions.of("number")).join(", ");
    const comparator = this.#random.pick([
      "",
      ", function(a, b) return a > b end",
      ", function(a, b) return a <= b end",
      ", function(a, b) return a % 3 < b % 3 end",
    ]);
    this.#say(`do local t = { ${items} } p(pcall(table.sort, t${comparator})) p(t) end`);
  }
}
