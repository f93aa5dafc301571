/** `npm run bench [-- names] [-- --quick] [-- --json]`: runs the benchmarks, one JSON line each and a table. */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { backlog } from "./backlog.ts";
import { type Goal, verdictOn } from "./bench.ts";
import { outDirectory } from "./bench_directory.ts";
import { botThroughput } from "./bot_throughput.ts";
import { bullmq } from "./bullmq.ts";
import { bullmqFar } from "./bullmq_far.ts";
import { bullmqIdle } from "./bullmq_idle.ts";
import { bullmqLoad } from "./bullmq_load.ts";
import { bullmqPublish } from "./bullmq_publish.ts";
import { bullmqTracing } from "./bullmq_tracing.ts";
import { controlLoad } from "./control_load.ts";
import { fairness } from "./fairness.ts";
import { idle } from "./idle.ts";
import { latency } from "./latency.ts";
import { mailLatency } from "./mail_latency.ts";
import { memoryQueue } from "./memory_queue.ts";
import { realisticMix } from "./realistic_mix.ts";
import { reload } from "./reload.ts";
import { shutdown } from "./shutdown.ts";
import { sqliteQueue } from "./sqlite_queue.ts";
import { startup } from "./startup.ts";

const benches = [
  memoryQueue,
  bullmq,
  bullmqTracing,
  bullmqIdle,
  bullmqPublish,
  bullmqLoad,
  bullmqFar,
  latency,
  mailLatency,
  startup,
  idle,
  backlog,
  botThroughput,
  sqliteQueue,
  realisticMix,
  fairness,
  controlLoad,
  reload,
  shutdown,
];

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

// Leaving in order ends what was started.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

const say = (line: string) => {
  if (!values.json) console.error(`  ${line}`);
};
const round = (load: number | undefined) => Number(load?.toFixed(2));
const lines: string[] = [];
const goals: (Goal & { readonly bench: string })[] = [];
for (const bench of benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  say(`${bench.name}: ${bench.question}`);
  const [loadBefore, startedAt] = [round(loadavg()[0]), performance.now()];
  const result = await bench.run({ quick: values.quick, say });
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    loadBefore,
    loadAfter: round(loadavg()[0]),
    tookSeconds: Math.round((performance.now() - startedAt) / 1000),
  };
  const line = JSON.stringify({ bench: bench.name, quick: values.quick, ...result.figures, machine });
  lines.push(line);
  console.log(line);
  goals.push(...result.goals.map((goal) => ({ bench: bench.name, ...goal })));
}
await mkdir(outDirectory, { recursive: true });
// A quick run must not pass for a measured one.
await writeFile(new URL(values.quick ? "quick.jsonl" : "latest.jsonl", outDirectory), `${lines.join("\n")}\n`);
if (!values.json) {
  console.table(
    goals.map((goal) => ({
      bench: goal.bench,
      what: goal.what,
      got: goal.got,
      goal: goal.atMost === undefined ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`,
      met: verdictOn(goal),
    })),
  );
  for (const goal of goals.filter((each) => each.void !== undefined)) {
    console.log(`${goal.bench}, ${goal.what}: void, because ${goal.void}.`);
  }
}
