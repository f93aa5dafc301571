import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../src/app_runtime/index.ts";
import { composeBot } from "../../src/mail_order_bot_app/compose_bot.ts";
import { tempDir } from "../support/temp_dir.ts";

const work = `queues: { orders: { adapter: memory } }
workers: { orders: { queue: orders, handler: process_order_mail } }
mailOrderBot: { address: a@shop.example, name: Shop, messageIdDomain: bot.shop.example, catalogue: c.csv, customers: c.yaml }
`;
const source = (login: string) =>
  `sources: { inbox: { adapter: imap, host: mail.example, user: orders, queue: orders, ${login} } }\n`;

/** The configuration as the bot reads it. */
async function read(yaml: string) {
  const file = join(tempDir(), "bot.yaml");
  await writeFile(file, yaml + work);
  const commandLine = { configFiles: [file], settings: [], help: false };
  const { parts } = composeBot({ commandLine, argv: [], env: {}, print: () => undefined });
  return await readConfig(parts);
}

test("a source and the outgoing mail server may share one grant, and its secret is masked", async () => {
  const snapshot = await read(`platform:
  smtp: { host: smtp.example, user: orders, auth: oauth2, grant: orders }
  oauth2: { grants: { orders: { provider: google, clientId: me, clientSecret: hush-hush } } }
${source("auth: oauth2, grant: orders")}`);
  expect(JSON.stringify(snapshot)).not.toContain("hush-hush");
  expect(JSON.stringify(snapshot)).toContain('"clientSecret":"***"');
});

test("all that is wrong with grants is said at once, with its place", async () => {
  const reading = read(`platform:
  smtp: { host: smtp.example, auth: oauth2 }
  oauth2:
    grants:
      orders: { provider: custom, clientId: me }
      clear: { provider: custom, clientId: me, tokenEndpoint: "http://login.example/token" }
      nosy: { provider: google, clientId: me, scope: openid https://mail.google.com/, tokenFile: t.json }
      twin: { provider: google, clientId: me, tokenFile: t.json }
${source("auth: oauth2, grant: order")}`);
  await expect(reading).rejects.toThrow(/:2:\d+ platform\.smtp: has `auth: oauth2` and no `user`/);
  await expect(reading).rejects.toThrow(
    /:5:\d+ platform\.oauth2\.grants\.orders: has `provider: custom` but no `tokenEndpoint`/,
  );
  await expect(reading).rejects.toThrow(
    /:6:\d+ .*clear: would send secrets to http:\/\/login\.example\/token in clear text/,
  );
  await expect(reading).rejects.toThrow(/:7:\d+ .*nosy: asks for the scope `openid`/);
  await expect(reading).rejects.toThrow(/:8:\d+ .*twin: has the `tokenFile` of grant "nosy"/);
  await expect(reading).rejects.toThrow(/sources\.inbox\.grant: names "order".*Did you mean "orders"\?/);
});

test("a source without a password is told both ways to log in, unless its password cannot be read", async () => {
  const smtp = "platform: { smtp: { host: smtp.example } }\n";
  await expect(read(smtp + source("auth: password"))).rejects.toThrow(
    "sources.inbox.password: is missing. Set it, or `auth: oauth2` with a `grant`.",
  );
  const unset = read(smtp + source('password: "${env:NOT_THERE}"'));
  await expect(unset).rejects.toThrow(/^The configuration has a problem:\n.*needs the environment variable NOT_THERE/);
});

test.each([
  ["user: orders, auth: oauth2", "has `auth: oauth2` and no `grant`"],
  ["user: orders, grant: orders", "has a `grant` and would not use it"],
  ["user: orders, auth: oauth2, grant: orders, password: p", "has `auth: oauth2` and a `password` it would not use"],
])("an outgoing mail server with %s is refused", async (login, words) => {
  const grants = "{ orders: { provider: google, clientId: me } }";
  const reading = read(`platform:
  smtp: { host: smtp.example, ${login} }
  oauth2: { grants: ${grants} }
`);
  await expect(reading).rejects.toThrow(`platform.smtp: ${words}`);
});
