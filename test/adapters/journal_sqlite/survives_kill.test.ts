import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { tempDir } from "../../support/temp_dir.ts";
import { itemsIn, openDatabase } from "../sqlite/open_database.ts";

/** Runs the writer until it has acknowledged `atLeast` tasks, then kills it wherever it is. */
async function acknowledgedUntilKilled(path: string, round: number, atLeast: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [
    fileURLToPath(new URL("./write_until_killed.ts", import.meta.url)),
    path,
    String(round),
  ]);
  const errors: string[] = [];
  writer.stderr.on("data", (text: Buffer) => errors.push(text.toString()));
  let output = "";
  writer.stdout.on("data", (text: Buffer) => {
    output += text.toString();
    if (output.split("\n").length > atLeast) writer.kill("SIGKILL");
  });
  await once(writer, "close");
  expect(errors.join("")).toBe("");
  return output.split("\n").slice(0, -1);
}

test("what was acknowledged before a kill is there, and no transaction is torn", async () => {
  const path = join(tempDir(), "shop.sqlite");
  const acknowledged: string[] = [];
  for (const round of [1, 2, 3, 4, 5]) acknowledged.push(...(await acknowledgedUntilKilled(path, round, 40 * round)));

  const database = await openDatabase({ path });
  const items = new Set(await itemsIn(database));
  const done = (await database.read("SELECT task_id FROM journal WHERE state = 'done'")).map((row) => row.task_id);

  expect(acknowledged.length).toBeGreaterThanOrEqual(600);
  expect(acknowledged.filter((id) => !items.has(`${id} chair`))).toEqual([]);
  // Each done has both of its rows, and each row its done: nothing else is in the table.
  expect(done.filter((id) => !items.has(`${id} chair`) || !items.has(`${id} table`))).toEqual([]);
  expect(items.size).toBe(2 * done.length);
  expect(await database.read("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
});
