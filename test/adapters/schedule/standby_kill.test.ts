import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { tempDir } from "../../support/temp_dir.ts";

const limitMs = 60_000;

/** A runtime in a node process of its own, and what it has said. */
class Runtime {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #errors: string[] = [];

  constructor(dataDir: string) {
    const program = fileURLToPath(new URL("./standby_program.ts", import.meta.url));
    this.#child = spawn(process.execPath, [program, dataDir]);
    let rest = "";
    this.#child.stdout?.on("data", (text: Buffer) => {
      const lines = (rest + text.toString()).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#child.emit("lines");
    });
    this.#child.stderr?.on("data", (text: Buffer) => this.#errors.push(text.toString()));
    onTestFinished(() => this.kill());
  }

  get errors(): string {
    return this.#errors.join("");
  }

  /** Waits for so many lines. */
  async said(count: number): Promise<void> {
    while (this.#lines.length < count) await once(this.#child, "lines");
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

  using database = new DatabaseSync(join(dataDir, "journal.sqlite"), { readOnly: true });
  const rows = database.prepare("SELECT task_id, pid, missed FROM run ORDER BY task_id").all();
  const seconds = rows.map(({ task_id: id }) => Date.parse(String(id).replace("tick:", "")) / 1_000);
  const from = seconds[0] ?? 0;
  expect(seconds).toEqual(seconds.map((_, index) => from + index));
  expect(new Set(rows.map(({ pid }) => pid)).size).toBe(3);
});
