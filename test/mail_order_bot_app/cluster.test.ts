import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis as Client } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { ConfigInvalidError, RuntimeManager, readConfig } from "../../src/app_runtime/index.ts";
import { composeBot } from "../../src/mail_order_bot_app/compose_bot.ts";
import { freePort } from "../support/free_port.ts";
import { type Redis, startRedis } from "../support/redis.ts";
import { eventually } from "../support/source_desk.ts";
import { tempDir } from "../support/temp_dir.ts";
import { askBook, writeBotConfig } from "./bot_on_mails.ts";
import { BotProgram } from "./demonstration.ts";

const patienceMs = 60_000;
const leaseMs = 2_000;
const sourceProgram = join(import.meta.dirname, "../../src/mail_order_bot_app/main.ts");

/** Machines on this one: each bot has a data directory of its own, and all look into one directory of mails. */
async function openSite() {
  const redis = await startRedis({ password: "hush" });
  onTestFinished(() => redis.stop());
  const mails = join(tempDir(), "mails");
  for (const name of ["tmp", "new", "cur"]) await mkdir(join(mails, name), { recursive: true });
  const bring = async (count: number) => {
    for (let number = 0; number < count; number += 1) {
      await writeFile(join(mails, "tmp", `${number}.eml`), orderMail(number));
      await rename(join(mails, "tmp", `${number}.eml`), join(mails, "new", `${number}.eml`));
    }
  };
  const left = async () => (await readdir(join(mails, "new"))).length;
  return { redis, bring, left, machine: () => Machine.at(mails, redis) };
}

class Machine {
  readonly directory = tempDir();
  readonly #port: number;
  readonly #argv: readonly string[];
  #bot: BotProgram | undefined;

  private constructor(port: number, mails: string, redis: Redis) {
    this.#port = port;
    const settings = {
      "sources.inbox.directory": mails,
      "sources.inbox.settleTime": "20ms",
      "sources.inbox.window": 10,
      "queues.orders.adapter": "sqlite",
      "workers.orders.concurrency": 4,
      "platform.dataDir": join(this.directory, "data"),
      "platform.log.file": join(this.directory, "runtime.log"),
      "platform.control.port": port,
      "platform.smtp.host": "127.0.0.1",
      "platform.smtp.port": 9,
      "platform.smtp.password": "none",
      "platform.cluster.lease": `${leaseMs}ms`,
      "platform.cluster.redis.port": redis.port,
      "platform.cluster.redis.password": redis.password,
    };
    const sets = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    this.#argv = ["--config", "config/eml_folder.yaml", ...sets];
  }

  static async at(mails: string, redis: Redis): Promise<Machine> {
    return new Machine(await freePort(), mails, redis);
  }

  start(): void {
    this.#bot = new BotProgram(this.#argv, sourceProgram);
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    this.#bot?.kill(signal);
    await this.#bot?.end();
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any shape.
  async ask(path: string): Promise<any> {
    return await (await fetch(`http://127.0.0.1:${this.#port}${path}`)).json();
  }

  async text(path: string): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.#port}${path}`)).text();
  }

  /** Its source, and what it sees of each runtime: "live running". */
  async sees() {
    const status = await this.ask("/status");
    const runtimes = status.peers.runtimes as readonly {
      readonly state: string;
      readonly sources: readonly { readonly state: string }[];
    }[];
    return {
      inbox: String(status.sources[0].status.state),
      runtimes: runtimes.map(({ state, sources }) => `${state} ${sources[0]?.state}`).toSorted(),
    };
  }

  /** Done here, as far as its journal knows, while the files may still lie in `new`. */
  unsettled(): number {
    return askBook(this.directory, "SELECT 1 FROM journal WHERE state = 'done' AND settled_at IS NULL").length;
  }

  decided(): readonly string[] {
    return askBook(this.directory, "SELECT sha256 FROM decided_mail").map(({ sha256 }) => String(sha256));
  }
}

function orderMail(number: number): string {
  return [
    "From: Emma Clarke <emma.clarke@harbour-interiors.example>",
    "To: orders@fjord-furniture.example",
    `Subject: Order ${number}`,
    `Message-ID: <order.${number}@mail.harbour-interiors.example>`,
    "",
    `PO HI-${1000 + number}`,
    "1 x CH-1001",
    "",
  ].join("\r\n");
}

test("three machines: one works, each lists all, and one that is killed is missed and followed", {
  timeout: 3 * patienceMs,
}, async () => {
  const mails = 120;
  const site = await openSite();
  const [a, b, c] = [await site.machine(), await site.machine(), await site.machine()];
  a.start();
  await eventually(async () => expect((await a.sees()).inbox).toBe("running"), patienceMs);
  for (const machine of [b, c]) machine.start();
  for (const machine of [a, b, c]) {
    const runtimes = ["live running", "live standby", "live standby"];
    await eventually(async () => expect((await machine.sees()).runtimes).toEqual(runtimes), patienceMs);
  }
  expect((await b.ask("/status")).peers.runtimes[0]).toMatchObject({
    name: "mail-order-bot",
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    phase: "running",
    queues: [{ name: "orders", adapter: "sqlite" }],
    pools: [{ name: "orders", concurrency: 4 }],
    load: { rssBytes: expect.any(Number), loopDelayMs: expect.any(Number) },
  });
  expect(await b.text("/status?format=text")).toMatch(/mail-order-bot \(this\) .* inbox standby/);

  await site.bring(mails);
  await eventually(async () => expect(await site.left()).toBeLessThan(mails - 30), patienceMs);
  await a.end("SIGKILL");
  expect(await site.left()).toBeGreaterThan(0);
  const doneAndUnsettled = a.unsettled();
  const killedAt = performance.now();
  const followed = async () => [(await b.sees()).inbox, (await c.sees()).inbox].toSorted();
  await eventually(async () => expect(await followed()).toEqual(["running", "standby"]), patienceMs);
  expect(performance.now() - killedAt).toBeLessThan(2 * leaseMs + 5_000);
  await eventually(async () => expect(await site.left()).toBe(0), patienceMs);
  await eventually(async () => {
    const check = (await b.ask("/health")).checks.peers[0];
    expect([check.status, check.output]).toEqual(["warn", expect.stringMatching(/has vanished without a goodbye/)]);
  }, patienceMs);

  a.start();
  await eventually(async () => {
    expect((await b.ask("/health")).checks.peers[0].status).toBe("pass");
    expect((await a.sees()).runtimes).toEqual(["live running", "live standby", "live standby"]);
  }, patienceMs);
  for (const machine of [b, c]) await machine.end("SIGTERM");
  await eventually(
    async () => expect(await a.sees()).toEqual({ inbox: "running", runtimes: ["live running"] }),
    patienceMs,
  );
  await eventually(async () => expect((await a.ask("/status")).sources[0].status.inFlight).toBe(0), patienceMs);
  await a.end("SIGTERM");

  const decided = [a, b, c].flatMap((machine) => machine.decided());
  expect(new Set(decided).size).toBe(mails);
  // Each machine has a journal of its own: what was done and not yet moved away when it was killed is done by two of them.
  expect(decided.length - mails).toBeLessThanOrEqual(doneAndUnsettled);
});

test("whatever somebody else writes where a cluster keeps its facts, /status answers and health says it", {
  timeout: 2 * patienceMs,
}, async () => {
  const site = await openSite();
  const a = await site.machine();
  a.start();
  await eventually(async () => expect((await a.sees()).inbox).toBe("running"), patienceMs);
  const { port, password = "" } = site.redis;
  const redis = new Client({ port, password });
  onTestFinished(async () => void (await redis.quit()));
  const says = async (check: string) => {
    const [{ status, output }] = (await a.ask("/health")).checks[check];
    return `${status}: ${output ?? ""}`;
  };
  const [peers, told] = ["app_runtime:{default}:peers", "app_runtime:{default}:peers_told"];

  await redis.hset(peers, "stranger", '{"id":"stranger"}');
  await redis.zadd(told, Date.now(), "stranger");
  await eventually(async () => expect(await says("peers")).toMatch(/^warn: 1 of those .* cannot be read/), patienceMs);
  expect((await a.ask("/status")).peers).toMatchObject({ unreadable: 1, runtimes: [{ isSelf: true }] });
  expect(await a.text("/status?format=text")).toMatch(/mail-order-bot \(this\)/);
  expect(await a.text("/metrics")).toContain('app_runtime_peers{state="live"} 1');

  await redis.del(peers);
  await redis.set(peers, "of another program");
  await eventually(async () => {
    expect(await says("peers")).toMatch(
      /^warn: The other runtimes cannot be asked: Redis at .* something of another kind under one of the keys app_runtime:\{default\}:peers, /,
    );
  }, patienceMs);
  expect((await a.ask("/status")).peers.runtimes).toHaveLength(1);
  expect((await a.sees()).inbox).toBe("running");

  await redis.del(peers, told);
  await eventually(async () => expect(await says("peers")).toMatch(/^pass/), patienceMs);
});

test("runtimes that share a data directory list each other without any Redis", async () => {
  const directory = tempDir();
  const folder = { adapter: "eml_folder", directory: join(directory, "mails") };
  await mkdir(folder.directory);
  const configFile = await writeBotConfig(directory, folder);
  const start = async () => {
    const sets = ["platform.sharing.mode=standby", "platform.control.port=0"];
    const argv = sets.flatMap((set) => ["--set", set]);
    const commandLine = { configFiles: [configFile], settings: sets, help: false };
    const { parts, close } = composeBot({ commandLine, argv, env: {}, print: () => undefined });
    const runtime = new RuntimeManager(parts);
    onTestFinished(() => runtime.stop("the test is over").then(() => close()));
    await runtime.start();
    return runtime;
  };
  const [a, b] = [await start(), await start()];
  const seenBy = (runtime: RuntimeManager) =>
    runtime.control
      .status()
      .peers?.peers.map(({ state, card }) => `${state} ${card.sources[0]?.state}`)
      .toSorted();

  for (const runtime of [a, b]) {
    await eventually(() => expect(seenBy(runtime)).toEqual(["live running", "live standby"]), patienceMs);
  }
  await a.stop("upgrade");
  await eventually(() => expect(seenBy(b)).toEqual(["live running"]), patienceMs);
});

test("what does not go together with a cluster is refused", async () => {
  const sets = [
    "platform.smtp.password=none",
    "platform.cluster.redis.port=6379",
    "platform.sharing.mode=standby",
    "queues.orders.adapter=bullmq",
  ];
  const argv = sets.flatMap((set) => ["--set", set]);
  const commandLine = { configFiles: ["config/eml_folder.yaml"], settings: sets, help: false };
  const { parts } = composeBot({ commandLine, argv, env: { SMTP_PASSWORD: "x" }, print: () => undefined });

  const refused = await readConfig(parts).then(
    () => undefined,
    (error: unknown) => error,
  );

  expect(refused).toBeInstanceOf(ConfigInvalidError);
  expect(String(refused)).toMatch(/platform\.sharing\.mode.*Choose one of them/);
  expect(String(refused)).toMatch(/sources\.inbox\.queue.*In a cluster its queue needs/);
});
