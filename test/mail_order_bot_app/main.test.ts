import { readdir, rename, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createTransport } from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import { connectClient } from "../dev_mail_server/imap_client.ts";
import { startRedis } from "../support/redis.ts";
import { tempDir } from "../support/temp_dir.ts";
import { BotProgram, type DemoPlace, demoPlace, startDemo } from "./demonstration.ts";

const patienceMs = 60_000;

function orderMail(number: number): string {
  return [
    "From: Emma Clarke <emma.clarke@harbour-interiors.example>",
    "To: orders@fjord-furniture.example",
    `Subject: Late order ${number}`,
    `Message-ID: <late.${number}@mail.harbour-interiors.example>`,
    "",
    `PO HI-${number}`,
    "3 x CH-1001",
    "",
  ].join("\r\n");
}

test("the demonstration decides every sample mail, goes on with new ones, and ends when told", {
  timeout: patienceMs,
}, async () => {
  const place = await demoPlace(await tempDir());
  const demo = startDemo(place);
  await demo.says("Summary: 28 mails: 13 accept, 9 review, 5 ignore, 1 reject.");

  await writeFile(join(place.dataDir, "inbox", "late.tmp"), orderMail(1));
  await rename(join(place.dataDir, "inbox", "late.tmp"), join(place.dataDir, "inbox", "late.eml"));
  await demo.says('accept: "Late order 1"');

  const smtp = createTransport({ host: "127.0.0.1", port: place.smtpPort, secure: false, ignoreTLS: true });
  const envelope = { from: "emma.clarke@harbour-interiors.example", to: "orders@fjord-furniture.example" };
  await smtp.sendMail({ envelope, raw: orderMail(2) });
  smtp.close();
  await demo.says('accept: "Late order 2"');

  const status = await fetch(`http://127.0.0.1:${place.controlPort}/status?format=text`);
  expect(await status.text()).toContain("health pass");

  demo.kill("SIGTERM");
  expect((await demo.end()).code).toBe(0);

  const book = new DatabaseSync(join(place.dataDir, "journal.sqlite"), { readOnly: true });
  expect(book.prepare("SELECT count(*) AS orders FROM decided_mail WHERE decision = 'accept'").get()).toEqual({
    orders: 15,
  });
  expect(
    book.prepare("SELECT count(*) AS open FROM journal WHERE state <> 'done' OR settled_at IS NULL").get(),
  ).toEqual({ open: 0 });
  book.close();
  expect((await readdir(join(place.dataDir, "sent"))).length).toBe(16);

  const again = startDemo(place);
  await again.says("holds 30 mails from an earlier start");
  await again.says("Summary: 30 mails: 15 accept, 9 review, 5 ignore, 1 reject.");
  expect((await readdir(join(place.dataDir, "sent"))).length).toBe(16);
});

test("one word of the configuration puts the queue of the demonstration on disk", { timeout: patienceMs }, async () => {
  const demo = startDemo(await demoPlace(await tempDir()), { "queues.orders.adapter": "sqlite" });
  await demo.says("Summary: 28 mails: 13 accept, 9 review, 5 ignore, 1 reject.");
});

test("one word of the configuration puts the queue of the demonstration on Redis", {
  timeout: patienceMs,
}, async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const settings = { "queues.orders.adapter": "bullmq", "queues.orders.redis.port": redis.port };
  const demo = startDemo(await demoPlace(await tempDir()), settings);
  await demo.says("Summary: 28 mails: 13 accept, 9 review, 5 ignore, 1 reject.");
  demo.kill("SIGTERM");
  expect((await demo.end()).code).toBe(0);
});

test("a copy of a mail, which needs no decision, keeps nobody waiting for the summary", {
  timeout: patienceMs,
}, async () => {
  const place = await demoPlace(await tempDir());
  const demo = startDemo(place);
  await demo.says("Summary");
  // A mailbox that was moved has a mail twice: the same bytes, received in the same second.
  const client = await connectToDemo(place);
  const received = new Date("2026-11-20T09:30:00Z");
  for (const _ of ["the mail", "its copy"]) await client.append("INBOX", orderMail(1), [], received);
  await expect
    .poll(() => client.status("INBOX", { messages: true, unseen: true }), { timeout: patienceMs })
    .toMatchObject({ messages: 30, unseen: 0 });
  await client.logout();
  demo.kill("SIGTERM");
  await demo.end();

  const again = startDemo(place);
  await again.says("Summary: 29 mails: 14 accept, 9 review, 5 ignore, 1 reject.");

  expect(again.output).toContain("holds 30 mails from an earlier start");
  expect(again.output).not.toContain("Something is still on its way");
});

test("an order whose sender gets no answer says so", { timeout: patienceMs }, async () => {
  const place = await demoPlace(await tempDir());
  const demo = startDemo(place, { "mailOrderBot.maxRepliesPerHour": 1 });
  await demo.says("Summary");

  await writeFile(join(place.dataDir, "inbox", "late.tmp"), orderMail(1));
  await rename(join(place.dataDir, "inbox", "late.tmp"), join(place.dataDir, "inbox", "late.eml"));

  await demo.says("Nobody was told: This sender got 1 answers within the hour; the limit is 1.");
});

test("a reader of its output that goes away does not end it", { timeout: patienceMs }, async () => {
  const place = await demoPlace(await tempDir());
  const demo = startDemo(place);
  await demo.says("sample mails were delivered");

  demo.stopListening();

  await settles(place, 28);
  demo.kill("SIGTERM");
  expect(await demo.end()).toMatchObject({ code: 0, output: expect.not.stringContaining("EPIPE") });
});

test("a data directory belongs to one bot at a time, and the second is told who has it", {
  timeout: patienceMs,
}, async () => {
  const place = await demoPlace(await tempDir());
  const first = startDemo(place);
  await first.says("Summary");

  const second = await startDemo({ ...(await demoPlace(place.dataDir)) }).end();

  expect(second).toMatchObject({ code: 75, output: expect.stringMatching(/is held by process \d+ on .* since/) });
  const probe = await fetch(`http://127.0.0.1:${place.controlPort}/readyz`);
  expect(probe.status).toBe(200);
});

test("a port already taken is said in plain words, with the key to change", { timeout: patienceMs }, async () => {
  const first = await demoPlace(await tempDir());
  await startDemo(first).says("Summary");
  const other = await demoPlace(await tempDir());

  const control = await startDemo({ ...other, controlPort: first.controlPort }).end();
  const imap = await startDemo({ ...other, imapPort: first.imapPort }).end();

  expect(control).toMatchObject({ code: 75, output: expect.stringContaining("platform.control.port") });
  expect(imap).toMatchObject({ code: 75, output: expect.stringContaining("platform.demo.imapPort") });
});

test("a wrong configuration is refused whole, with file and line, before anything is opened", async () => {
  const place = await demoPlace(await tempDir());
  const file = join(place.dataDir, "bot.yaml");
  await writeFile(
    file,
    `platform:
  dataDir: ${place.dataDir}/data
  contrl: { port: ${place.controlPort} }
queues:
  orders: { adapter: memory, capacity: many }
sources:
  inbox: { adapter: imap, host: localhost, user: a, password: "\${env:NO_SUCH_PASSWORD}", queue: order }
workers:
  orders: { queue: orders, handler: process_order_mails }
`,
  );

  const refused = await new BotProgram(["--config", file]).end();

  expect(refused.code).toBe(78);
  expect(refused.output).toContain(`${file}:3:3 platform.contrl: is not a key here. Did you mean "control"?`);
  expect(refused.output).toContain(`${file}:5:30 queues.orders.capacity: expected a whole number`);
  expect(refused.output).toMatch(/:7:\d+ sources\.inbox\.password: needs the environment variable NO_SUCH_PASSWORD/);
  expect(refused.output).toMatch(/:7:\d+ sources\.inbox\.queue: names "order".*Did you mean "orders"\?/);
  expect(refused.output).toMatch(
    /:9:\d+ workers\.orders\.handler: names "process_order_mails".*Did you mean "process_order_mail"\?/,
  );
  expect(await readdir(place.dataDir)).toEqual(["bot.yaml"]);
  await expect(answers(place.controlPort)).resolves.toBe(false);
});

test("a catalogue with mistakes is a wrong configuration, with file and line", async () => {
  const place = await demoPlace(await tempDir());
  const catalogue = join(place.dataDir, "catalogue.csv");
  await writeFile(catalogue, "sku,name\nCH-1,chair\n");

  const refused = await new BotProgram([
    "--set",
    `mailOrderBot.catalogue=${catalogue}`,
    "--set",
    `platform.dataDir=${place.dataDir}/d`,
    "--set",
    `platform.log.file=${place.dataDir}/log`,
  ]).end();

  expect(refused).toMatchObject({ code: 78, output: expect.stringContaining(`${catalogue}:1`) });
});

test.each([
  [
    "a password",
    "sources.inbox.host=mail.example",
    "sources.inbox: would send the password to mail.example in clear text",
  ],
  ["mails", "platform.smtp.host=mail.example", "would send mails to mail.example in clear text"],
])("%s in clear text over a network is a wrong configuration", async (_what, setting, sentence) => {
  const { dataDir } = await demoPlace(await tempDir());
  const settings = [setting, `platform.dataDir=${dataDir}/d`, `platform.log.file=${dataDir}/log`];

  const refused = await new BotProgram(settings.flatMap((each) => ["--set", each])).end();

  expect(refused).toMatchObject({ code: 78, output: expect.stringContaining(sentence) });
});

test("--help tells how to use it, and a slip of the pen points there", async () => {
  expect(await new BotProgram(["--help"]).end()).toMatchObject({
    code: 0,
    output: expect.stringContaining("--config FILE"),
  });
  expect(await new BotProgram(["--confg", "x"]).end()).toMatchObject({
    code: 78,
    output: expect.stringContaining("--help"),
  });
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Resolves when so many mails are marked as read. */
async function settles({ controlPort }: { readonly controlPort: number }, mails: number): Promise<void> {
  const settled = async () => {
    const source = await fetch(`http://127.0.0.1:${controlPort}/sources/inbox`);
    return ((await source.json()) as { readonly status: { readonly settled: number } }).status.settled;
  };
  await expect.poll(settled, { timeout: patienceMs }).toBe(mails);
}

/** Another mail client on its mailbox. */
function connectToDemo({ imapPort: port }: DemoPlace) {
  return connectClient({ host: "127.0.0.1", port, user: "orders@fjord-furniture.example", password: "demo" });
}
