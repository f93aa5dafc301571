import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../support/free_port.ts";
import { type OauthServer, startOauthServer } from "../support/oauth_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { BotProgram } from "./demonstration.ts";

const patienceMs = 60_000;

const program = join(import.meta.dirname, "../../src/mail_order_bot_app/mail_login.ts");

/** A configuration with these grants, and the login started with it. */
async function startLogin(grants: string, ...argv: readonly string[]) {
  const directory = tempDir();
  const file = join(directory, "bot.yaml");
  await writeFile(
    file,
    `platform:
  dataDir: ${directory}/data
  smtp: { host: localhost }
  oauth2:
    grants: ${grants}
mailOrderBot: { address: a@shop.example, name: Shop, messageIdDomain: bot.shop.example, catalogue: c.csv, customers: c.yaml }
`,
  );
  return { directory, file, login: new BotProgram(["--config", file, ...argv], program) };
}

async function provider(): Promise<OauthServer> {
  const server = await startOauthServer();
  onTestFinished(() => server.down());
  return server;
}

const grantOf = (url: string, more = "") =>
  `{ provider: custom, clientId: bot, scope: mail offline_access, tokenEndpoint: "${url}/token", authorizationEndpoint: "${url}/auth"${more} }`;

test("a person logs in and is told how to test it", async () => {
  const server = await provider();
  const { directory, login } = await startLogin(`{ orders: ${grantOf(server.url)} }`);
  await login.says("Waiting ...");
  const address = /^ {2}(http\S+)$/m.exec(login.output)?.[1] ?? "";
  const back = await server.visit(address, "orders@shop.example");
  await (await fetch(back, { headers: { connection: "close" } })).text();
  const { code, output } = await login.end();
  expect(code).toBe(0);
  const kept = join(directory, "data", "oauth2", "orders.json");
  expect(output).toContain(`The login of grant "orders" is kept in ${kept}.\nTo test it, start the bot`);
  const { refreshToken } = JSON.parse(await readFile(kept, "utf8"));
  expect(output).not.toContain(refreshToken);
});

test("what keeps a login from beginning has an exit code and a sentence", { timeout: patienceMs }, async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const one = `{ orders: ${grantOf(url)} }`;
  const two = `{ orders: ${grantOf(url)}, replies: ${grantOf(url)} }`;
  const device = `{ orders: ${grantOf(url, `, deviceEndpoint: "${url}/device"`)} }`;
  const endOf = async (grants: string, ...argv: string[]) => (await startLogin(grants, ...argv)).login.end();
  const [down, none, unknown, which, clear] = await Promise.all([
    endOf(device),
    endOf("{}"),
    endOf(one, "--grant", "order"),
    endOf(two),
    endOf(one.replace("provider: custom", "provider: custom, tokenFile: x").replace(url, "http://login.example")),
  ]);
  expect(down).toMatchObject({ code: 75, output: expect.stringContaining("ECONNREFUSED") });
  expect(none).toMatchObject({ code: 78, output: expect.stringContaining("no grants below platform.oauth2.grants") });
  expect(unknown).toMatchObject({ code: 78, output: expect.stringContaining('no grant "order". Known: orders.') });
  expect(which).toMatchObject({ code: 78, output: expect.stringContaining("one of orders, replies") });
  expect(clear).toMatchObject({ code: 78, output: expect.stringContaining("in clear text. Use https.") });
});

test("--help tells how to use it, and so does whoever leaves the configuration out", async () => {
  expect(await new BotProgram(["--help"], program).end()).toMatchObject({
    code: 0,
    output: expect.stringContaining("--grant NAME"),
  });
  expect(await new BotProgram([], program).end()).toMatchObject({
    code: 78,
    output: expect.stringContaining("--config is missing. Try --help."),
  });
});
