import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";

/** Everything that must be true of the tree, and the command that says so. The slowest come first. */
const checks: readonly (readonly [name: string, command: readonly string[]])[] = [
  ["types", ["tsc", "--noEmit"]],
  ["format and lint", ["biome", "check", "--error-on-warnings", "."]],
  ["dead code", ["knip"]],
  ["doors", ["node", "scripts/check_doors.ts"]],
  ["docs/errors.md", ["node", "scripts/errors_docs.ts", "--check"]],
  ["docs/config.md", ["node", "scripts/config_docs.ts", "--check"]],
];

/** A check that takes longer hangs. */
const limitMs = 120_000;

const waiting = [...checks];
const failed: string[] = [];

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, command] = next;
    if (!(await passes(name, command))) failed.push(name);
  }
}

async function passes(name: string, command: readonly string[]): Promise<boolean> {
  const startedAt = performance.now();
  const { code, output } = await run(command);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code === 0) console.log(`ok      ${name}  ${seconds}s`);
  else console.log(`FAILED  ${name}  ${seconds}s  (${command.join(" ")})\n${output.trimEnd()}\n`);
  return code === 0;
}

function run([program = "", ...options]: readonly string[]): Promise<{
  readonly code: number;
  readonly output: string;
}> {
  const child = spawn(program, options, { stdio: ["ignore", "pipe", "pipe"], timeout: limitMs });
  const output = collected(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const ended = signal === null ? "" : `\nIt was ended by ${signal} after ${limitMs / 1000} s.`;
      resolve({ code: code ?? 1, output: output() + ended });
    });
  });
}

function collected(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
console.log(failed.length === 0 ? "All checks passed." : `Failed: ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
