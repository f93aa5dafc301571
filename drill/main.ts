/** `npm run drill -- <names | all>`: breaks the bot on purpose and judges what is left; see docs and each file of drills/. */
import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { chosenDrills, playAll } from "./choice.ts";
import { type Drill, type DrillOptions, type DrillResult, verdictOf } from "./drill.ts";
import { drills } from "./drills.ts";
import { tableOf } from "./result_table.ts";

const told = new Map(drills.map(({ name, question, family }) => [family?.name ?? name, family?.question ?? question]));
const usage = `npm run drill -- <name...> | all [--seed N] [--rounds N] [--mails N] [--fast] [--json] [--keep]

  --seed N     repeats a drill; without it a new seed is taken and printed
  --rounds N   how often a drill repeats its fault, where it does
  --mails N    mails per round
  --case NAME  of a family of drills only these; may be given again
  --jobs N     how many drills of a family are played at once
  --minutes N  how long a soak lasts
  --rate N     mails per second of a soak
  --fast       short time limits in the bot's configuration instead of the defaults
  --json       only the JSON lines
  --keep       leaves logs and database in drill/out although all went well

Drills:
${[...told].map(([name, question]) => `  ${name.padEnd(18)} ${question}`).join("\n")}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    rounds: { type: "string" },
    mails: { type: "string" },
    case: { type: "string", multiple: true, default: [] },
    jobs: { type: "string" },
    minutes: { type: "string" },
    rate: { type: "string" },
    fast: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

if (positionals.length === 0) {
  console.log(usage);
  process.exit(0);
}
const chosen = choose();
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
const jobs = numberIn("jobs");
await playAll(chosen, ({ family }) => (family === undefined ? 1 : (jobs ?? family.sideBySide(values))), play);
await mkdir(new URL("./out/", import.meta.url), { recursive: true });
await writeFile(new URL("./out/latest.jsonl", import.meta.url), `${lines.join("\n")}\n`);
if (!values.json) console.log(tableOf(played));
// Not the exit code alone: a drill that was broken off may still be waiting for something.
process.exit(played.some(({ result }) => result.broken.length > 0) ? 1 : 0);

async function play(drill: Drill): Promise<void> {
  if (stop.signal.aborted) return;
  say(drill.family === undefined ? `${drill.name}: ${drill.question}` : drill.name);
  const startedAt = performance.now();
  const result = await drill.run(optionsFor());
  played.push({ drill, result });
  const tookS = Math.round((performance.now() - startedAt) / 100) / 10;
  lines.push(JSON.stringify({ drill: drill.name, seed, verdict: verdictOf(result), tookS, ...result }));
  console.log(lines.at(-1));
}

function choose(): readonly Drill[] {
  try {
    return chosenDrills(drills, positionals, values.case);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

function optionsFor(): DrillOptions {
  const [rounds, mails, minutes, rate] = [numberIn("rounds"), numberIn("mails"), numberIn("minutes"), numberIn("rate")];
  return {
    seed,
    fast: values.fast,
    signal: stop.signal,
    slackMs: 0,
    keep: values.keep,
    say,
    ...(rounds !== undefined && { rounds }),
    ...(mails !== undefined && { mails }),
    ...(minutes !== undefined && { minutes }),
    ...(rate !== undefined && { rate }),
  };
}

function numberIn(name: "seed" | "rounds" | "mails" | "jobs" | "minutes" | "rate"): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} takes a whole number, not "${text}".`);
  process.exit(2);
}
