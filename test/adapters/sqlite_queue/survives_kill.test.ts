import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { SqliteQueue } from "../../../src/adapters/sqlite_queue/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { sharedSettings, silentEvents } from "./shared_settings.ts";

const program = fileURLToPath(new URL("./share_queue_program.ts", import.meta.url));

/** What a node process said that published and worked until it was killed. */
async function linesUntilKilled(file: string, name: string, steps: number): Promise<readonly string[]> {
  const said = `${file}.${name}`;
  const output = openSync(said, "w");
  const child = spawn(process.execPath, [program, file, name, String(steps)], { stdio: ["ignore", output, "pipe"] });
  const errors: string[] = [];
  child.stderr?.on("data", (text: Buffer) => errors.push(text.toString()));
  const [, signal] = (await once(child, "close")) as [unknown, string | null];
  closeSync(output);
  expect([errors.join(""), signal]).toEqual(["", "SIGKILL"]);
  return readFileSync(said, "utf8").trimEnd().split("\n");
}

test("two node processes, killed again and again: nothing accepted is lost, nothing is held twice", async () => {
  const file = join(tempDir(), "orders.sqlite");
  const lives = async (name: string) => {
    const lines: string[] = [];
    for (const life of [1, 2, 3, 4]) lines.push(...(await linesUntilKilled(file, `${name}${life}`, 300 * life)));
    return lines;
  };
  const said = (await Promise.all([lives("one"), lives("two")])).flat().map((line) => line.split(" "));
  const workedOff = await workOff(file);

  const idsOf = (word: string) => said.flatMap(([kind, id = ""]) => (kind === word ? [id] : []));
  const done = new Set([...idsOf("effect"), ...workedOff]);
  expect(idsOf("accepted").length).toBeGreaterThan(500);
  expect(idsOf("accepted").filter((id) => !done.has(id))).toEqual([]);
  expect(workedOff.filter((id) => idsOf("acked").includes(id))).toEqual([]);
  const holds = Map.groupBy(idsOf("held"), (id) => id);
  expect([...holds.values()].filter(({ length }) => length > 1)).not.toEqual([]);
  expect(heldTwice(said)).toEqual([]);
  const database = new DatabaseSync(file);
  onTestFinished(() => database.close());
  expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  expect(database.prepare("SELECT waiting, delayed, leased, dead FROM queue").get()).toEqual({
    waiting: 0,
    delayed: 0,
    leased: 0,
    dead: 0,
  });
  expect(database.prepare("SELECT count(*) AS tasks FROM task").get()).toEqual({ tasks: 0 });
}, 60_000);

/** Everything that is left, once the leases of the killed have run out. */
async function workOff(file: string): Promise<readonly string[]> {
  const queue = new SqliteQueue({
    name: "orders",
    settings: sharedSettings,
    clock: new SystemClock(),
    events: silentEvents,
    file,
  });
  await queue.open();
  const ids: string[] = [];
  const stop = new AbortController();
  for await (const delivery of queue.consume({ signal: stop.signal, concurrency: 1 })) {
    ids.push(delivery.task.id);
    await queue.ack(delivery);
    const { waiting, delayed, leased } = queue.stats();
    if (waiting + delayed + leased === 0) stop.abort();
  }
  await queue.close();
  return ids;
}

/** Tasks that were handed out although an earlier hand-out could still have settled them. */
function heldTwice(said: readonly (readonly string[])[]): readonly string[] {
  const since = Map.groupBy(
    said.filter(([kind]) => kind === "held"),
    ([, id]) => id,
  );
  return [...since].flatMap(([id = "", holds]) => {
    const times = holds.map(([, , at]) => Number(at)).toSorted((a, b) => a - b);
    const tooEarly = times.some((at, n) => n > 0 && at - (times[n - 1] ?? 0) < sharedSettings.leaseMs);
    return tooEarly ? [id] : [];
  });
}
