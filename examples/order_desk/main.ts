/** The order desk tried out: orders are sent to it, it is killed in the middle, and nothing is lost or done twice. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const secret = "a secret that shop and desk share";
const dataDir = await mkdtemp(join(tmpdir(), "order_desk_"));
const [hookPort, controlPort] = [await freePort(), await freePort()];
const settings = {
  "platform.dataDir": dataDir,
  "platform.control.port": controlPort,
  "platform.log.file": join(dataDir, "order_desk.log"),
  "sources.shop.port": hookPort,
};

/** In a process of its own, as a service manager would run it. */
async function startDesk(): Promise<ChildProcess> {
  const here = import.meta.dirname;
  const sets = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  const desk = spawn(process.execPath, [join(here, "serve.ts"), join(here, "order_desk.yaml"), ...sets], {
    env: { ...process.env, SHOP_SECRET: secret },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await until(async () => (await fetch(`http://127.0.0.1:${controlPort}/readyz`).catch(() => undefined))?.ok === true);
  return desk;
}

/** What the shop does. */
async function send(id: string, order: object): Promise<void> {
  const body = JSON.stringify(order);
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-github-delivery": id,
    "x-hub-signature-256": `sha256=${digest}`,
  };
  const answer = await fetch(`http://127.0.0.1:${hookPort}/hooks/orders`, { method: "POST", headers, body });
  const { taskId } = (await answer.json()) as { readonly taskId?: string };
  console.log(`shop: ${answer.status} ${taskId}`);
}

/** What somebody at the desk does. */
async function reportNow(): Promise<void> {
  const headers = { "content-type": "application/json" };
  await fetch(`http://127.0.0.1:${controlPort}/sources/hourly/trigger`, { method: "POST", headers, body: "{}" });
}

function rows(sql: string): readonly Readonly<Record<string, unknown>>[] {
  using database = new DatabaseSync(join(dataDir, "journal.sqlite"), { readOnly: true });
  return database.prepare(sql).all();
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 1_000; look += 1) {
    if (await isSo()) return;
    await sleep(20);
  }
  throw new Error("It does not come to that.");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

let desk = await startDesk();
try {
  await send("order-1", { customer: "ada", item: "12 chairs" });
  await send("order-2", { customer: "bob", item: "one table" });
  await send("order-3", { customer: "ada", item: "2 lamps" });
  desk.kill("SIGKILL");
  await once(desk, "exit");
  console.log("killed, and started again");
  desk = await startDesk();
  await send("order-2", { customer: "bob", item: "one table" });

  await until(() => rows("SELECT 1 FROM placed_order").length === 3);
  await reportNow();
  await until(() => rows("SELECT 1 FROM report WHERE task_id LIKE 'hourly:manual:%'").length === 1);
} finally {
  desk.kill("SIGTERM");
  const [code] = await once(desk, "exit");
  console.log(`stopped with exit code ${code}`);
}
for (const { task_id, customer, item } of rows("SELECT * FROM placed_order ORDER BY task_id")) {
  console.log(`taken: ${item} for ${customer} (task ${task_id})`);
}
for (const { orders } of rows("SELECT * FROM report WHERE task_id LIKE 'hourly:manual:%'")) {
  console.log(`reported: ${orders} orders`);
}
await rm(dataDir, { recursive: true, force: true });
