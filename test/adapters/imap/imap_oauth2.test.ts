import { inspect } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { Oauth2Grants, tokenFileOf } from "../../../src/adapters/oauth2/oauth2_grants.ts";
import type { Clock } from "../../../src/app_runtime/base/clock.ts";
import type { AccessTokens } from "../../../src/app_runtime/contracts/access_tokens.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { type Dovecot, startDovecot } from "../../support/dovecot.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { dovecotAccount } from "../../support/mail_servers.ts";
import { type OauthServer, startOauthServer } from "../../support/oauth_server.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { eventually, flagged, MailDesk } from "./mail_desk.ts";
import { orderMail } from "./order_mail.ts";

const loginCommand = "npm run mail_login -- --config my_mailbox.yaml --grant orders";

let oauth: OauthServer;
let dovecot: Dovecot;
beforeAll(async () => {
  oauth = await startOauthServer();
  dovecot = await startDovecot(undefined, oauth.introspectionUrl);
});
afterAll(async () => {
  await dovecot.stop();
  await oauth.down();
});

/** A mailbox with one unread mail whose user has logged in once. */
async function openAccount() {
  const server = dovecotAccount(dovecot);
  await server.deliver(orderMail(1));
  guardAgainstLeaks();
  onTestFinished(async () => {
    await oauth.down();
    await oauth.up();
  });
  const proxy = await TcpProxy.to(server.connection);
  onTestFinished(() => proxy.stop());
  const desk = new MailDesk({ ...server.connection, port: proxy.port });
  const dataDir = tempDir();
  const clock = new ManualClock();
  const file = tokenFileOf("orders", oauth.grant(), dataDir);
  await file.write(await oauth.login(server.connection.user));
  const start = async (config: Parameters<MailDesk["open"]>[0] = {}) => {
    const recorder = recorded(newGrants(dataDir, clock).accessTokens("orders"));
    const options = { tokens: recorder.tokens, ...config };
    const run = await desk.open({ ...options, config: { auth: "oauth2", grant: "orders", ...config.config } });
    await run.start();
    return { run, given: recorder.given };
  };
  return { server, proxy, clock, file, start, seen: async () => flagged(await server.flags(), "\\Seen") };
}

function newGrants(dataDir: string, clock: Clock): Oauth2Grants {
  const config = { grants: { orders: oauth.grant() } };
  const grants = new Oauth2Grants({
    config,
    dataDir,
    clock,
    loginCommand: (grant) => `npm run mail_login -- --config my_mailbox.yaml --grant ${grant}`,
  });
  onTestFinished(() => grants.stop(AbortSignal.timeout(5_000)));
  return grants;
}

/** The same tokens, and a list of them. */
function recorded(tokens: AccessTokens): { readonly tokens: AccessTokens; readonly given: string[] } {
  const given: string[] = [];
  const get: AccessTokens["get"] = async (options) => {
    const token = await tokens.get(options);
    if (given.at(-1) !== token) given.push(token);
    return token;
  };
  return { tokens: { get }, given };
}

test.each([
  ["OAUTHBEARER", /AUTH=XOAUTH2 ?/g],
  ["XOAUTH2", /AUTH=OAUTHBEARER ?/g],
])("a source logs in with a token by %s, and nothing it says holds the token", async (mechanism, others) => {
  const { proxy, file, start, seen } = await openAccount();
  let said = "";
  proxy.rewrite((chunk, direction) => {
    if (direction === "from_client") said += chunk;
    return direction === "from_server" ? chunk.replace(others, "") : chunk;
  });
  const { run, given } = await start();
  await eventually(async () => expect(await seen()).toEqual([1]));
  await eventually(() => expect(run.source.health().state).toBe("pass"));
  expect(said).toContain(`AUTHENTICATE ${mechanism}`);
  const secrets = [...given, await file.read()];
  expect(secrets).toEqual([expect.any(String), expect.any(String)]);
  const shown = inspect([run.events, run.source.status(), run.source.health()], { depth: 20 });
  for (const secret of secrets) expect(shown).not.toContain(secret);
});

test("a token is replaced before it ends, without a refused login between", async () => {
  const { proxy, clock, start, seen } = await openAccount();
  let heard = "";
  proxy.rewrite((chunk, direction) => {
    if (direction === "from_server") heard += chunk;
    return chunk;
  });
  const { run, given } = await start({ config: { freshSession: "100ms" } });
  await eventually(async () => expect(await seen()).toEqual([1]));
  await clock.advance(3_590_000);
  await eventually(() => expect(given).toHaveLength(2));
  await oauth.revokeAccess(given[0] ?? "");
  await eventually(() => expect(run.facts.filter((code) => code === "imap_session_renewed").length).toBeGreaterThan(3));
  expect(heard).not.toContain("AUTHENTICATIONFAILED");
  expect(run.facts).not.toContain("imap_session_failed");
});

test("a token that was taken back is replaced once at the next login, and the work goes on", async () => {
  const { server, proxy, start, seen } = await openAccount();
  const { run, given } = await start();
  await eventually(async () => expect(await seen()).toEqual([1]));
  await oauth.revokeAccess(given[0] ?? "");
  await server.deliver(orderMail(2));
  proxy.cutNow();
  await eventually(async () => expect(await seen()).toEqual([1, 2]));
  expect(given).toHaveLength(2);
  expect(run.facts.filter((code) => code === "imap_session_failed")).toHaveLength(1);
});

test("while the provider is down the source says so, and it goes on by itself", async () => {
  const { start, seen } = await openAccount();
  await oauth.down();
  const { run } = await start();
  await eventually(() => expect(run.source.health().state).toBe("warn"));
  expect(run.source.status().state).toBe("degraded");
  expect(run.source.health().output).toMatch(
    /^There is no access token to log in "user\d+" at 127\.0\.0\.1:\d+\. 127\.0\.0\.1:\d+ gives no access token for grant "orders" \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)\. Trying again\.$/,
  );
  await oauth.up();
  await eventually(async () => expect(await seen()).toEqual([1]));
  await eventually(() => expect(run.source.health().state).toBe("pass"));
});

test("a login that is over asks for a person by the command to type, and goes on when somebody has logged in", async () => {
  const { server, file, start, seen } = await openAccount();
  await oauth.revokeLogin((await file.read()) ?? "");
  const { run } = await start();
  await eventually(() => expect(run.source.health().state).toBe("fail"));
  expect(run.source.health().output).toContain(`Somebody has to log in: ${loginCommand}`);
  const failure = run.events.find((event) => event.kind === "unit.fact" && event.code === "imap_session_failed");
  expect(failure).toMatchObject({ fields: { reason: "token_denied" } });
  await file.write(await oauth.login(server.connection.user));
  await eventually(async () => expect(await seen()).toEqual([1]));
  await eventually(() => expect(run.source.health().state).toBe("pass"));
});

test("a refresh token that is good for one use outlives a restart", async () => {
  const { server, file, start, seen } = await openAccount();
  const first = await file.read();
  const before = await start();
  await eventually(async () => expect(await seen()).toEqual([1]));
  await before.run.stop();
  expect(await file.read()).not.toBe(first);
  await server.deliver(orderMail(2));
  await start();
  await eventually(async () => expect(await seen()).toEqual([1, 2]));
});

test("a mailbox of somebody else is refused after one new token, and not tried again at once", async () => {
  const { start } = await openAccount();
  const { run, given } = await start({ config: { user: "somebody.else" } });
  await eventually(() => expect(run.source.health().state).toBe("fail"));
  expect(run.source.health().output).toContain('refuses the access token of "somebody.else", even a new one');
  const failure = run.events.find((event) => event.kind === "unit.fact" && event.code === "imap_session_failed");
  expect(failure).toMatchObject({ fields: { reason: "token_refused", waitMs: 300_000 } });
  expect(given).toHaveLength(2);
});

test("a server that takes no tokens is named", async () => {
  const { proxy, start } = await openAccount();
  proxy.rewrite((chunk) => chunk.replace(/AUTH=(XOAUTH2|OAUTHBEARER) ?/g, ""));
  const { run } = await start();
  await eventually(() => expect(run.source.health().state).toBe("fail"));
  expect(run.source.health().output).toContain("takes no access tokens, only passwords. Use `auth: password`");
});

test("a source stops although the provider does not answer, and what is answered later is kept", async () => {
  const { file, start } = await openAccount();
  const before = await file.read();
  const asked = Promise.withResolvers<() => void>();
  oauth.trouble = (request, response) => asked.resolve(() => oauth.answer(request, response));
  const { run } = await start();
  const answerNow = await asked.promise;
  oauth.trouble = undefined;
  await run.stop();
  expect(run.source.status().state).toBe("stopped");
  answerNow();
  await eventually(async () => expect(await file.read()).not.toBe(before));
});
