/** `npm run drill -- <names | all>`: breaks the bot on purpose and judges what is left; see docs and each file of drills/. */
import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Drill, DrillOptions, DrillResult } from "./drill.ts";
import { drills } from "./drills.ts";
import { tableOf } from "./result_table.ts";

const usage = `npm run drill -- <name...> | all [--seed N] [--rounds N] [--mails N] [--fast] [--json] [--keep]

  --seed N    repeats a drill; without it a new seed is taken and printed
  --rounds N  how often a drill repeats its fault, where it does
  --mails N   mails per round
  --fast      short time limits in the bot's configuration instead of the defaults
  --json      only the JSON lines
  --keep      leaves logs and database in drill/out although all went well

Drills:
${drills.map((drill) => `  ${drill.name.padEnd(18)} ${drill.question}`).join("\n")}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    rounds: { type: "string" },
    mails: { type: "string" },
    fast: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

const chosen = positionals.includes("all") ? drills : drills.filter(({ name }) => positionals.includes(name));
const unknown = positionals.filter((name) => name !== "all" && drills.every((drill) => drill.name !== name));
if (unknown.length > 0) {
  console.error(`There is no drill named ${unknown.join(", ")}.\n\n${usage}`);
  process.exit(2);
}
if (positionals.length === 0) {
  console.log(usage);
  process.exit(0);
}

const seed = numberIn("seed") ?? Math.floor(Math.random() * 100_000);
const say = (line: string) => {
  if (!values.json) console.error(`  ${line}`);
};
say(`seed ${seed}`);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stop.abort(new Error(`Interrupted by ${signal}.`)));
}
const played: { readonly drill: Drill; readonly result: DrillResult }[] = [];
const lines: string[] = [];
for (const drill of chosen) {
  if (stop.signal.aborted) break;
  say(`${drill.name}: ${drill.question}`);
  const startedAt = performance.now();
  const result = await drill.run(optionsFor());
  played.push({ drill, result });
  const tookS = Math.round((performance.now() - startedAt) / 100) / 10;
  const verdict = result.broken.length === 0 ? "ok" : "FAILED";
  lines.push(JSON.stringify({ drill: drill.name, seed, verdict, tookS, ...result }));
  console.log(lines.at(-1));
}
await mkdir(new URL("./out/", import.meta.url), { recursive: true });
await writeFile(new URL("./out/latest.jsonl", import.meta.url), `${lines.join("\n")}\n`);
if (!values.json) console.log(tableOf(played));
// Not the exit code alone: a drill that was broken off may still be waiting for something.
process.exit(played.some(({ result }) => result.broken.length > 0) ? 1 : 0);

function optionsFor(): DrillOptions {
  const [rounds, mails] = [numberIn("rounds"), numberIn("mails")];
  return {
    seed,
    fast: values.fast,
    signal: stop.signal,
    slackMs: 0,
    keep: values.keep,
    say,
    ...(rounds !== undefined && { rounds }),
    ...(mails !== undefined && { mails }),
  };
}

function numberIn(name: "seed" | "rounds" | "mails"): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} takes a whole number, not "${text}".`);
  process.exit(2);
}
