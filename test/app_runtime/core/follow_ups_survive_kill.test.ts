import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../adapters/sqlite/open_database.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { effects } from "./effect_tables.ts";

const program = fileURLToPath(new URL("./follow_until_killed.ts", import.meta.url));

/** Resolves with the orders it has accepted, and how it ended. */
async function run(...args: readonly string[]) {
  const shopkeeper = spawn(process.execPath, [program, ...args]);
  onTestFinished(() => void shopkeeper.kill("SIGKILL"));
  let output = "";
  let errors = "";
  shopkeeper.stdout.on("data", (text: Buffer) => {
    output += text.toString();
  });
  shopkeeper.stderr.on("data", (text: Buffer) => {
    errors += text.toString();
  });
  const [code, signal] = (await once(shopkeeper, "close")) as [number | null, string | null];
  expect(errors).toBe("");
  return { accepted: output.split("\n").slice(0, -1), code, signal };
}

test.each(["memory", "sqlite"])(
  "killed between the commit of an order and its bill's way into the %s queue, no bill is lost or doubled",
  { timeout: 60_000 },
  async (queue) => {
    const dataDir = tempDir();
    const accepted: string[] = [];
    for (const dieAtBill of [1, 3, 9]) {
      const life = await run(dataDir, queue, `kill-${dieAtBill}`, "12", String(dieAtBill));
      expect(life.signal).toBe("SIGKILL");
      accepted.push(...life.accepted);
    }
    expect(await run(dataDir, queue, "end", "0", "0")).toMatchObject({ code: 0 });

    const database = await openDatabase({ path: join(dataDir, "journal.sqlite"), migrations: [effects] });
    const done = (await database.read("SELECT name FROM effect")).map(({ name }) => String(name));
    const orders = done.filter((name) => !name.startsWith("bill:"));
    const bills = done.filter((name) => name.startsWith("bill:"));
    expect(accepted.filter((id) => !orders.includes(id))).toEqual([]);
    expect(new Set(orders).size).toBe(orders.length);
    expect(bills.toSorted()).toEqual(orders.map((id) => `bill:${id}`).toSorted());
    expect(orders.length).toBeGreaterThan(5);
  },
);
