import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

test("every benchmark runs and tells its figures in one line of JSON", { timeout: 300_000 }, async () => {
  const { stdout } = await run(process.execPath, ["bench/main.ts", "--quick", "--json"], {
    timeout: 290_000,
  });

  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly bench: string });
  expect(lines.map(({ bench }) => bench)).toEqual([
    "memory_queue",
    "bullmq",
    "bullmq_tracing",
    "bullmq_idle",
    "bullmq_publish",
    "bullmq_load",
    "bullmq_far",
    "latency",
    "mail_latency",
    "startup",
    "idle",
    "backlog",
    "bot_throughput",
    "sqlite_queue",
    "realistic_mix",
    "fairness",
    "control_load",
    "reload",
    "shutdown",
  ]);
});

test("a benchmark that does not exist is named, with those that do", async () => {
  await expect(run(process.execPath, ["bench/main.ts", "memory_que"])).rejects.toThrow(
    "No benchmark named memory_que. There are: memory_queue,",
  );
});
