/** `npm run bench [-- names] [-- --quick] [-- --json]`: runs the benchmarks, one JSON line each and a table. */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type BenchResult, type Goal, isMet } from "./bench.ts";
import { memoryQueue } from "./memory_queue.ts";

const benches = [memoryQueue];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
const unknown = positionals.filter((name) => benches.every((bench) => bench.name !== name));
if (unknown.length > 0) {
  console.error(
    `No benchmark named ${unknown.join(", ")}. There are: ${benches.map((bench) => bench.name).join(", ")}.`,
  );
  process.exit(2);
}

const say = (line: string) => {
  if (!values.json) console.error(`  ${line}`);
};
const lines: string[] = [];
const goals: (Goal & { readonly bench: string })[] = [];
for (const bench of benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  say(`${bench.name}: ${bench.question}`);
  const load = loadavg()[0];
  const result: BenchResult = await bench.run({ quick: values.quick, say });
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    loadBefore: load,
    loadAfter: loadavg()[0],
  };
  lines.push(JSON.stringify({ bench: bench.name, quick: values.quick, ...result.figures, machine }));
  console.log(lines.at(-1));
  goals.push(...result.goals.map((goal) => ({ bench: bench.name, ...goal })));
}
await mkdir(new URL("./out/", import.meta.url), { recursive: true });
await writeFile(new URL("./out/latest.jsonl", import.meta.url), `${lines.join("\n")}\n`);
if (!values.json) {
  console.table(
    goals.map((goal) => ({
      bench: goal.bench,
      what: goal.what,
      got: goal.got,
      goal: goal.atMost === undefined ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`,
      met: isMet(goal) ? "yes" : "no",
    })),
  );
}
