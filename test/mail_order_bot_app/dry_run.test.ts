import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { mailServerHosts, type TestMailServer, type TestMailServerHost } from "../support/mail_servers.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { tempDir } from "../support/temp_dir.ts";
import { BotProgram } from "./demonstration.ts";

const root = join(import.meta.dirname, "../..");
const program = join(root, "dist/mail_order_bot_app/main.js");

function order(number: number, poNumber = `HI-${number}`): string {
  return [
    "From: Emma Clarke <emma.clarke@harbour-interiors.example>",
    "To: orders@fjord-furniture.example",
    `Subject: Order ${number}`,
    `Message-ID: <dry.${number}@mail.harbour-interiors.example>`,
    "",
    `PO ${poNumber}`,
    "3 x CH-1001",
    "",
  ].join("\r\n");
}

interface Place {
  /** Where the program has its temporary files. */
  readonly temporary: string;
  readonly dataDir: string;
  readonly config: string;
}

async function placeFor(server: TestMailServer, source: Readonly<Record<string, unknown>> = {}): Promise<Place> {
  const directory = tempDir();
  const dataDir = join(directory, "data");
  const { host, port, user, password } = server.connection;
  const inbox = { adapter: "imap", host, port, user, password, security: "none", queue: "orders", ...source };
  const config = {
    platform: { dataDir, control: { port: 0 }, smtp: { host: "127.0.0.1", port: 9, security: "none" } },
    queues: { orders: { adapter: "memory" } },
    sources: { inbox },
    workers: { orders: { queue: "orders", handler: "process_order_mail" } },
    mailOrderBot: {
      address: "orders@fjord-furniture.example",
      name: "Fjord Furniture Orders",
      messageIdDomain: "orders.fjord-furniture.example",
      catalogue: join(root, "config/catalog.csv"),
      customers: join(root, "config/customers.yaml"),
    },
  };
  const path = join(directory, "bot.json");
  await writeFile(path, JSON.stringify(config));
  const temporary = join(directory, "tmp");
  await mkdir(temporary);
  return { temporary, dataDir, config: path };
}

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the bot with --dry-run. */
function startDryRun({ config, temporary }: Place, ...more: readonly string[]) {
  const ended = Promise.withResolvers<Answer>();
  const argv = [program, "--config", config, "--dry-run", ...more];
  const env = { ...process.env, TMPDIR: temporary };
  const child = execFile(process.execPath, argv, { env }, (_error, stdout, stderr) =>
    ended.resolve({ code: child.exitCode ?? -1, stdout, stderr }),
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), ended: ended.promise };
}

function dryRun(place: Place, ...more: readonly string[]): Promise<Answer> {
  return startDryRun(place, ...more).ended;
}

/** A server that takes connections and says nothing. */
async function silentServer(): Promise<{ readonly port: number; readonly called: Promise<void> }> {
  const called = Promise.withResolvers<void>();
  const server = createServer(() => called.resolve()).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, called: called.promise };
}

/** Other than the cache of compiled code. */
const leftovers = async ({ temporary }: Place) =>
  (await readdir(temporary)).filter((name) => name !== "node-compile-cache");

describe.each(mailServerHosts)("a dry run on $name", { timeout: 60_000 }, ({ start }) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  test("tells what would become of each mail and changes nothing anywhere", async () => {
    const server = await host.account();
    for (const raw of [order(1), order(2), order(2), order(3, "HI-1")]) await server.deliver(raw);
    await server.deliver(`From: x@nobody.example\r\nSubject: Large\r\n\r\n${"x".repeat(5_000)}`);
    const flags = await server.flags();
    const place = await placeFor(server, { maxMailSize: "2kB" });

    const { code, stdout, stderr } = await dryRun(place);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("5 mails, 5 of them open");
    expect(stdout).toContain("1 too large to be read");
    expect(stdout).toMatch(/Order 1 +accept +\S+/);
    expect(stdout).toMatch(/Order 2 +accept/);
    expect(stdout).toMatch(/Order 3 +ignore/);
    expect(stdout).toContain("Summary: 4 mails: 2 accept, 1 review, 1 ignore.");
    expect(stdout).toContain("1 known to the journal"); // the copy of order 2
    expect(await server.flags()).toEqual(flags);
    expect(existsSync(place.dataDir)).toBe(false);
    expect(await leftovers(place)).toEqual([]);
  });

  test("sends no command that could change a mailbox", async () => {
    const server = await host.account();
    await server.deliver(order(1));
    const proxy = await TcpProxy.to(server.connection);
    onTestFinished(() => proxy.stop());
    let said = "";
    proxy.rewrite((chunk, direction) => {
      if (direction === "from_client") said += chunk;
      return chunk;
    });
    const moving = { afterDone: "move", doneFolder: "Done" };
    const { code } = await dryRun(await placeFor(server, { port: proxy.port, ...moving }));
    const commands = new Set([...said.matchAll(/^\S+ ((?:UID )?[A-Z]+)/gm)].map(([, command]) => command));
    expect(code).toBe(0);
    const harmless = [
      "CAPABILITY",
      "ID",
      "AUTHENTICATE",
      "LOGIN",
      "NAMESPACE",
      "LIST",
      "LSUB",
      "EXAMINE",
      "UID SEARCH",
    ];
    expect([...commands].filter((command) => ![...harmless, "UID FETCH", "LOGOUT"].includes(command ?? ""))).toEqual(
      [],
    );
    expect(commands).toContain("EXAMINE");
    expect(said).toContain("BODY.PEEK[]");
    expect(said).not.toContain("BODY[");
  });

  test("decides the newest mails only, as JSON where wanted", async () => {
    const server = await host.account();
    for (let number = 1; number <= 4; number += 1) await server.deliver(order(number));
    const { code, stdout } = await dryRun(await placeFor(server), "--json", "--newest", "2");
    const { inboxes } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(inboxes).toMatchObject([
      {
        source: "inbox",
        kind: "looked",
        counts: { mails: 4, open: 4, tooOld: 0, tooLarge: 0, known: 0 },
        newest: [
          { uid: 3, subject: "Order 3", decision: "accept", order: expect.any(String) },
          { uid: 4, subject: "Order 4", decision: "accept", order: expect.any(String) },
        ],
      },
    ]);
  });

  test("knows what a running bot has done, and does not disturb it", async () => {
    const server = await host.account();
    await server.deliver(order(1));
    const place = await placeFor(server, { track: "keyword" });
    const bot = new BotProgram(["--config", place.config]);
    onTestFinished(() => bot.kill("SIGKILL"));
    await bot.says('accept: \\"Order 1\\"');
    await expect
      .poll(async () => [...(await server.flags()).values()].flatMap((set) => [...set]))
      .toContain("$BotDone");
    const { code, stdout } = await dryRun(place, "--set", "sources.inbox.track=seen", "--json");
    expect({ code, known: JSON.parse(stdout).inboxes[0].counts.known }).toEqual({ code: 0, known: 1 });
    bot.kill("SIGTERM");
    expect((await bot.end()).code).toBe(0);
  });

  test("says in plain words why it cannot look, with exit code 1", async () => {
    const server = await host.account();
    const { code, stdout } = await dryRun(await placeFor(server, { password: "wrong" }));
    expect(code).toBe(1);
    expect(stdout).toContain("Check `user` and `password`");
  });

  test("ends when told, and leaves nothing behind", async () => {
    const server = await host.account();
    const silent = await silentServer();
    const place = await placeFor(server, { port: silent.port });
    const bot = startDryRun(place);
    await silent.called;
    bot.kill("SIGTERM");
    expect(await bot.ended).toMatchObject({ code: 1, stdout: expect.stringContaining("did not come to an end") });
    expect(await leftovers(place)).toEqual([]);
  });

  test("names a wrong configuration like the bot itself, with exit code 78", async () => {
    const server = await host.account();
    const place = await placeFor(server, { folderr: "INBOX" });
    const { code, stderr } = await dryRun(place);
    expect({ code, stderr }).toMatchObject({ code: 78, stderr: expect.stringContaining("folderr") });
    expect(await readFile(place.config, "utf8")).toContain("folderr");
    expect(await leftovers(place)).toEqual([]);
  });
});
