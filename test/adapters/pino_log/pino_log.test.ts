import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { PinoLog } from "../../../src/adapters/pino_log/pino_log.ts";
import type { LogConfig } from "../../../src/adapters/pino_log/pino_log_schema.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { RuntimeEvent } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { RecordedEvents } from "../../app_runtime/health/recorded_events.ts";
import { everyEvent, numbered } from "./every_event.ts";

test("every event becomes one JSON object on a line of its own", async () => {
  const { log, lines } = await openLog({ level: "debug" });

  for (const event of everyEvent) log.read(event);

  const written = (await lines()).map((line) => JSON.parse(line));
  expect(written.map(({ kind, seq }) => [kind, seq])).toEqual(everyEvent.map(({ kind, seq }) => [kind, seq]));
  expect(written[0]).toEqual({
    level: "info",
    pid: process.pid,
    time: "2026-01-01T00:00:00.001Z",
    unit: "runtime",
    kind: "runtime.state_changed",
    from: "booting",
    to: "running",
    seq: 1,
    msg: "The runtime was booting and is running.",
  });
  expect(written.at(-1)).toMatchObject({
    level: "info",
    code: "IMAP_RECONNECTED",
    fields: { host: "imap.example.com", password: "***" },
    msg: "Connected again after 3 s.",
  });
});

test("what is less important than the level is not even put into words", async () => {
  const { log, lines } = await openLog({ level: "info" });
  const unspeakable = Object.defineProperty(
    numbered({ kind: "task.done", unit: "worker:orders", taskId: "a", tookMs: 1 }),
    "taskId",
    {
      get: () => {
        throw new Error("somebody built this line");
      },
    },
  );

  log.read(unspeakable);
  for (const event of everyEvent) log.read(event);

  const levels = new Set((await lines()).map((line) => JSON.parse(line).level));
  expect(levels).toEqual(new Set(["info", "warn", "error"]));
});

test("what was said before anybody knew where the log goes is written first", async () => {
  const log = new PinoLog({ clock: new SystemClock() });
  for (const event of everyEvent.slice(0, 2)) log.read(event);
  const { lines } = await openLog({ level: "debug" }, log);
  log.read(everyEvent[2] as RuntimeEvent);

  expect((await lines()).map((line) => JSON.parse(line).seq)).toEqual([1, 2, 3]);
});

test("for people it writes short lines", async () => {
  const { log, lines } = await openLog({ format: "text" });

  log.read(numbered({ kind: "unit.paused", unit: "source:inbox", by: "http 127.0.0.1" }));

  expect(await lines()).toEqual([
    expect.stringMatching(/^[\d:.]{12} INFO {2}source:inbox {5}Paused by http 127\.0\.0\.1\.$/),
  ]);
});

test("a second run appends", async () => {
  const first = await openLog({});
  first.log.read(everyEvent[0] as RuntimeEvent);
  await first.log.close();
  const second = await openLog({ file: first.file });
  second.log.read(everyEvent[0] as RuntimeEvent);

  expect(await second.lines()).toHaveLength(2);
});

test("on a full disk the runtime goes on; the loss is counted and shown by its health", async () => {
  const { log } = await openLog({ file: "/dev/full" });

  log.read(everyEvent[0] as RuntimeEvent);
  await log.flush();

  expect(log.check()).toEqual({
    state: "warn",
    output: expect.stringMatching(
      /^Log lines are being lost: ENOSPC: no space left on device, write\. The runtime goes on/,
    ),
    observed: { lostLines: 1 },
  });
  await log.close();
});

test("a file that cannot be opened is said in the words of the config", async () => {
  await expect(openLog({ file: join(import.meta.filename, "log") })).rejects.toMatchObject({
    code: "LOG_FILE",
    message: expect.stringContaining("Set platform.log.file to a file that can be written."),
  });
});

test("after close nothing is written, and it may be closed again", async () => {
  const { log, lines } = await openLog({});
  await log.close();

  log.read(everyEvent[0] as RuntimeEvent);
  await log.flush();
  await log.close();

  expect(await lines()).toEqual([]);
});

test("a process that exits in the same turn leaves every line", async () => {
  const file = await ownFile();

  expect(await runExitingProgram(file)).toBe(7);

  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  expect(new Set(lines.map((line) => JSON.parse(line).seq))).toEqual(new Set(everyEvent.map((event) => event.seq)));
});

test("a process that exits on a full disk exits all the same", async () => {
  expect(await runExitingProgram("/dev/full")).toBe(7);
});

async function openLog(config: Partial<LogConfig>, log = new PinoLog({ clock: new SystemClock() })) {
  const file = config.file ?? (await ownFile());
  await log.open({ level: "info", format: "json", ...config, file }, new RecordedEvents());
  onTestFinished(() => log.close());
  const lines = async () => {
    await log.flush();
    return (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  };
  return { log, file, lines };
}

async function ownFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "log-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, "logs", "bot.jsonl");
}

function runExitingProgram(file: string): Promise<number | null> {
  const program = new URL("./exiting_program.ts", import.meta.url);
  const child = spawn(process.execPath, [fileURLToPath(program), file], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
}
