import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startRedis } from "../../support/redis.ts";
import { tempDir } from "../../support/temp_dir.ts";

const limitMs = 60_000;

/** A runtime in a node process of its own, and what it has said. */
class Runtime {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #errors: string[] = [];
  #news = Promise.withResolvers<void>();

  constructor(dataDir: string, redisPort?: number) {
    const program = fileURLToPath(new URL("./ledger_program.ts", import.meta.url));
    this.#child = spawn(process.execPath, [program, dataDir, ...(redisPort === undefined ? [] : [String(redisPort)])]);
    let rest = "";
    this.#child.stdout?.on("data", (text: Buffer) => {
      const lines = (rest + text.toString()).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    });
    this.#child.stderr?.on("data", (text: Buffer) => this.#errors.push(text.toString()));
    onTestFinished(() => this.kill());
  }

  get errors(): string {
    return this.#errors.join("");
  }

  /** Waits for so many lines. */
  async said(count: number): Promise<void> {
    while (this.#lines.length < count) await this.#news.promise;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "close");
  }
}

test("runtimes that are killed in turn start each run once, and none is left out", { timeout: limitMs }, async () => {
  const dataDir = tempDir();
  const first = new Runtime(dataDir);
  await first.said(3);
  const second = new Runtime(dataDir);
  await second.said(1);
  await first.kill();
  await second.said(5);
  await second.kill();
  const third = new Runtime(dataDir);
  await third.said(5);
  await third.kill();
  expect([first.errors, second.errors, third.errors]).toEqual(["", "", ""]);

  const rows = ledgerIn(dataDir);
  expectEachSecondOnce(rows);
  expect(new Set(rows.map(({ pid }) => pid)).size).toBe(3);
});

test("so do runtimes with a directory each that agree over Redis", { timeout: limitMs }, async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const [here, there] = [tempDir(), tempDir()];
  const first = new Runtime(here, redis.port);
  await first.said(3);
  const second = new Runtime(there, redis.port);
  await second.said(1);
  await first.kill();
  await second.said(8);
  await second.kill();
  const third = new Runtime(here, redis.port);
  await third.said(8);
  await third.kill();
  expect([first.errors, second.errors, third.errors]).toEqual(["", "", ""]);

  const rows = [...ledgerIn(here), ...ledgerIn(there)];
  expectEachSecondOnce(rows);
  expect(new Set(rows.map(({ pid }) => pid)).size).toBe(3);
});

interface LedgerRow {
  /** Seconds since 1970. */
  readonly planned: number;
  readonly pid: number;
}

function ledgerIn(dataDir: string): readonly LedgerRow[] {
  using database = new DatabaseSync(join(dataDir, "journal.sqlite"), { readOnly: true });
  const rows = database.prepare("SELECT task_id, pid FROM run").all();
  return rows.map(({ task_id: id, pid }) => ({
    planned: Date.parse(String(id).replace("tick:", "")) / 1_000,
    pid: Number(pid),
  }));
}

function expectEachSecondOnce(rows: readonly LedgerRow[]): void {
  const seconds = rows.map(({ planned }) => planned).toSorted((a, b) => a - b);
  expect(seconds).toEqual(seconds.map((_, index) => (seconds[0] ?? 0) + index));
}
