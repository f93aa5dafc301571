import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { openDatabase } from "../../adapters/sqlite/open_database.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { effects } from "./effect_tables.ts";

const program = fileURLToPath(new URL("./follow_until_killed.ts", import.meta.url));

/** Of a runtime that shares its mailbox. */
const ordersPerLife = 200;

/** One process with the orders it has accepted. After the test it is gone. */
class Shopkeeper {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown[]>;
  #output = "";
  #errors = "";

  constructor(...args: readonly string[]) {
    this.#process = spawn(process.execPath, [program, ...args]);
    this.#ended = once(this.#process, "close");
    onTestFinished(() => this.kill());
    this.#process.stdout.on("data", (text: Buffer) => {
      this.#output += text.toString();
    });
    this.#process.stderr.on("data", (text: Buffer) => {
      this.#errors += text.toString();
    });
  }

  get accepted(): readonly string[] {
    return this.#output.split("\n").slice(0, -1);
  }

  /** Its exit code or the signal that ended it. */
  async end(): Promise<unknown> {
    const [code, signal] = await this.#ended;
    expect(this.#errors).toBe("");
    return code ?? signal;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#process.kill(signal);
    await this.#ended;
  }
}

/** What was accepted was ordered, nothing twice, and each order has its bill. */
async function expectOneBillPerOrder(dataDir: string, accepted: readonly string[]): Promise<void> {
  const database = await openDatabase({ path: join(dataDir, "journal.sqlite"), migrations: [effects] });
  const done = (await database.read("SELECT name FROM effect")).map(({ name }) => String(name));
  const orders = done.filter((name) => !name.startsWith("bill:"));
  const bills = done.filter((name) => name.startsWith("bill:"));
  expect(accepted.filter((id) => !orders.includes(id))).toEqual([]);
  expect(new Set(orders).size).toBe(orders.length);
  expect(bills.toSorted()).toEqual(orders.map((id) => `bill:${id}`).toSorted());
  expect(orders.length).toBeGreaterThan(5);
}

test.each(["memory", "sqlite"])(
  "killed between the commit of an order and its bill's way into the %s queue, no bill is lost or doubled",
  { timeout: 60_000 },
  async (queue) => {
    const dataDir = tempDir();
    const accepted: string[] = [];
    for (const dieAtBill of [1, 3, 9]) {
      const life = new Shopkeeper(dataDir, queue, `kill-${dieAtBill}`, "12", String(dieAtBill));
      expect(await life.end()).toBe("SIGKILL");
      accepted.push(...life.accepted);
    }
    expect(await new Shopkeeper(dataDir, queue, "end").end()).toBe(0);

    await expectOneBillPerOrder(dataDir, accepted);
  },
);

test.each(["memory", "sqlite"])(
  "of two runtimes with the %s queue either is killed at any moment: no order and no bill is lost or doubled",
  { timeout: 120_000 },
  async (queue) => {
    const dataDir = tempDir();
    const all: Shopkeeper[] = [];
    const alive: Shopkeeper[] = [];
    const start = () => {
      const one = new Shopkeeper(dataDir, queue, `life-${all.length}`, String(ordersPerLife), "0", "shared");
      all.push(one);
      alive.push(one);
    };
    start();
    start();
    const acceptedByNow = () => all.flatMap(({ accepted }) => accepted);
    for (const [index, more] of [10, 25, 40, 15].entries()) {
      const before = acceptedByNow().length;
      const hasMore = () => expect(acceptedByNow().length).toBeGreaterThanOrEqual(before + more);
      await vi.waitFor(hasMore, { timeout: 20_000, interval: 1 });
      const reads = alive.findIndex(({ accepted }) => accepted.length > 0);
      const [victim] = alive.splice(index % 2 === 0 ? reads : 1 - reads, 1);
      await victim?.kill();
      start();
    }
    const readers = () => alive.filter(({ accepted }) => accepted.length === ordersPerLife);
    await vi.waitFor(() => expect(readers()).toHaveLength(1), { timeout: 60_000, interval: 20 });
    const journal = await openDatabase({ path: join(dataDir, "journal.sqlite"), migrations: [effects] });
    await vi.waitFor(
      async () => expect(await journal.read("SELECT task_id FROM journal WHERE state <> 'done'")).toEqual([]),
      { timeout: 60_000, interval: 50 },
    );
    // The one that stands by goes first, or it would begin to take orders.
    for (const one of alive.toSorted((a, b) => a.accepted.length - b.accepted.length)) await one.kill("SIGTERM");

    await expectOneBillPerOrder(dataDir, acceptedByNow());
  },
);
