import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSink } from "../adapters/smtp/smtp_sink.ts";
import { startDovecot } from "../support/dovecot.ts";
import { freePort } from "../support/free_port.ts";
import { startOauthServer } from "../support/oauth_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { BotProgram } from "./demonstration.ts";

const program = join(import.meta.dirname, "../../src/mail_order_bot_app/main.ts");

const order = await readFile("config/samples/01_plain_english.eml");

/** A mailbox and a mail server that take tokens alone, a login for both, and a configuration that names it. */
async function place() {
  const oauth = await startOauthServer();
  onTestFinished(() => oauth.down());
  const dovecot = await startDovecot(undefined, oauth.introspectionUrl);
  onTestFinished(() => dovecot.stop());
  const sink = await openSink();
  const tokens = new Set<string>();
  sink.ownerOf = async (token) => {
    tokens.add(token);
    return await oauth.ownerOf(token);
  };
  const [user, dataDir, port] = [dovecot.newUser(), tempDir(), await freePort()];
  dovecot.deliver(user, order);
  const login = `user: ${user}, auth: oauth2, grant: orders`;
  const config = join(dataDir, "bot.yaml");
  const endpoints = `tokenEndpoint: "${oauth.url}/token", authorizationEndpoint: "${oauth.url}/auth"`;
  await writeFile(
    config,
    `platform:
  dataDir: ${dataDir}
  control: { port: ${port} }
  log: { level: debug, format: json }
  smtp: { host: 127.0.0.1, port: ${sink.port}, security: none, ${login} }
  oauth2: { grants: { orders: { provider: custom, clientId: bot, scope: mail offline_access, ${endpoints} } } }
queues: { orders: { adapter: memory } }
sources:
  inbox: { adapter: imap, host: 127.0.0.1, port: ${dovecot.ports.imap}, security: none, reconnectMax: 50ms, queue: orders, ${login} }
workers: { orders: { queue: orders, handler: process_order_mail } }
mailOrderBot:
  address: orders@fjord-furniture.example
  name: Fjord Furniture Orders
  messageIdDomain: orders.fjord-furniture.example
  catalogue: ./config/catalog.csv
  customers: ./config/customers.yaml
`,
  );
  const shown = async (path: string) => await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  return { oauth, sink, tokens, user, dataDir, config, shown };
}

test("a bot without a login asks for one, goes on once somebody has logged in, and shows no token", {
  timeout: 60_000,
}, async () => {
  const { oauth, sink, tokens, user, dataDir, config, shown } = await place();
  const bot = new BotProgram(["--config", config], program);
  const command = `npm run mail_login -- --config ${config} --grant orders`;
  await bot.says(`Nobody has logged in for grant \\"orders\\" yet. Somebody has to log in: ${command}`);
  expect(await shown("/health")).toContain(command);

  const file = join(dataDir, "oauth2", "orders.json");
  await mkdir(join(dataDir, "oauth2"), { recursive: true });
  const first = await oauth.login(user);
  await writeFile(file, JSON.stringify({ refreshToken: first }));
  await sink.waitFor(1);

  const said = await Promise.all(["/health", "/status", "/config", "/sources"].map(shown));
  bot.kill("SIGTERM");
  said.push((await bot.end()).output);
  const { refreshToken } = JSON.parse(await readFile(file, "utf8"));
  expect(refreshToken).not.toBe(first);
  expect(sink.received[0]?.raw).toContain("confirmed: Chairs and tables");
  expect(tokens.size).toBeGreaterThan(0);
  for (const secret of [first, refreshToken, ...tokens]) for (const text of said) expect(text).not.toContain(secret);
});
