/** `npm run bench:lua [-- names] [-- --quick] [-- --rounds N]`: what Lua processes cost, beside Erlang's where it has the same; a JSON line each. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { alternate } from "../alternate.ts";
import { runApart } from "../run_apart.ts";
import { quantile, rounded, spread } from "../statistics.ts";
import type { LuaFigures, LuaRequest } from "./lua_side.ts";

interface Case {
  readonly name: string;
  readonly other?: "erlang" | "lua5.4";
  /** Of each figure: at least for a rate, at most for what is better when small. */
  readonly targets: Readonly<Record<string, number>>;
}

const cases: readonly Case[] = [
  { name: "spawn_exit", other: "erlang", targets: { perS: 1e6 } },
  { name: "spawn_idle", other: "erlang", targets: { perS: 0.35e6, bytesEach: 2560 } },
  { name: "ping_table", other: "erlang", targets: { perS: 1.8e6 } },
  { name: "ping_number", other: "erlang", targets: { perS: 5e6 } },
  { name: "ring", other: "erlang", targets: { perS: 3e6 } },
  { name: "fan_in", other: "erlang", targets: { perS: 1.8e6 } },
  { name: "js_request", targets: { perS: 0.4e6 } },
  { name: "idle_neighbours", targets: { slowdown: 1.05 } },
  { name: "preemption", targets: { slowdown: 1.02 } },
  { name: "cpu_suite", other: "lua5.4", targets: { geomean: 2 } },
  { name: "timers", other: "erlang", targets: {} },
  { name: "links", other: "erlang", targets: {} },
  { name: "select", targets: {} },
  { name: "ticks", other: "erlang", targets: {} },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, rounds: { type: "string", default: "5" } },
});
const unknown = positionals.filter((name) => cases.every((each) => each.name !== name));
if (unknown.length > 0) {
  console.error(`No case named ${unknown.join(", ")}. There are: ${cases.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
const { quick } = values;
const side = new URL("./lua_side.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "bench-lua-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
execFileSync("erlc", ["-o", folder, pathOf("anchor.erl")]);

for (const each of cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  console.log(JSON.stringify(await measured(each)));
}

async function measured({ name, other, targets }: Case) {
  const sides = {
    ours: () => runApart<LuaFigures>(side, { name, quick } satisfies LuaRequest),
    theirs: async () => figuresOf(other === "erlang" ? erlang(name) : other === "lua5.4" ? native() : ""),
  };
  const rounds = await alternate(quick ? 1 : Number(values.rounds), sides, () => undefined);
  const pairs = rounds.map(({ ours, theirs }) => (name === "cpu_suite" ? suitePair(ours, theirs) : { ours, theirs }));
  const keys = Object.keys(pairs[0]?.ours ?? {});
  const figures = keys.map((key) => {
    const [ours, theirs] = (["ours", "theirs"] as const).map((who) =>
      pairs.map((pair) => pair[who][key] ?? Number.NaN),
    );
    const ratio = quantile(
      pairs.map((pair) => (pair.ours[key] ?? 0) / (pair.theirs[key] ?? Number.NaN)),
      0.5,
    );
    const target = targets[key];
    const got = quantile(ours ?? [], 0.5);
    const met = target === undefined ? undefined : key === "perS" ? got >= target : got <= target;
    const beside =
      Number.isNaN(ratio) || name === "cpu_suite"
        ? {}
        : { [String(other)]: spread(theirs ?? []), ratio: rounded(ratio) };
    return [key, { ours: spread(ours ?? [], 3), ...beside, ...(met !== undefined && { target, met }) }];
  });
  return { case: name, quick, ...Object.fromEntries(figures), load: rounded(loadavg()[0] ?? 0) };
}

/** How many times as long each takes in a lane, and the geometric mean. */
function suitePair(ours: LuaFigures, theirs: LuaFigures) {
  const times = Object.entries(ours).map(([name, s]) => [name, s / (theirs[name] ?? Number.NaN)] as const);
  const geomean = Math.exp(times.reduce((sum, [, time]) => sum + Math.log(time), 0) / times.length);
  return { ours: { geomean, ...Object.fromEntries(times) } as LuaFigures, theirs: {} as LuaFigures };
}

function erlang(name: string): string {
  const flags = ["+S", "1", "+P", "2000000", "-noshell", "-pa", folder];
  return execFileSync("erl", [...flags, "-eval", `anchor:main(["${name}", "${quick ? 20 : 1}"]).`], {
    encoding: "utf8",
  });
}

function native(): string {
  return execFileSync("lua5.4", [pathOf("native.lua"), pathOf("cpu.lua"), quick ? "0.1" : "1"], { encoding: "utf8" });
}

function figuresOf(printed: string): LuaFigures {
  const lines = printed
    .trim()
    .split("\n")
    .filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => line.split(/\s+/)).map(([key, figure]) => [key, Number(figure)]));
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`./${file}`, import.meta.url));
}
