import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { GrantedTokens } from "../../../src/adapters/oauth2/granted_tokens.ts";
import { logIn } from "../../../src/adapters/oauth2/login/log_in.ts";
import { Oauth2Client } from "../../../src/adapters/oauth2/oauth2_client.ts";
import type { GrantConfig } from "../../../src/adapters/oauth2/oauth2_schema.ts";
import { TokenFile } from "../../../src/adapters/oauth2/token_file.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { type OauthServer, startOauthServer } from "../../support/oauth_server.ts";
import { tempDir } from "../../support/temp_dir.ts";

const user = "orders@shop.example";
const minuteMs = 60_000;

type Login = Awaited<ReturnType<typeof startLogin>>;

/** A login under way, and what the person at it reads and types. */
async function startLogin(
  configFor: (server: OauthServer) => Partial<GrantConfig>,
  options: { readonly browser?: boolean; readonly port?: number } = {},
) {
  guardAgainstLeaks();
  const server = await startOauthServer();
  onTestFinished(() => server.down());
  const [clock, dataDir, config] = [new ManualClock(), tempDir(), server.grant(configFor(server))];
  const said = Promise.withResolvers<string>();
  const typed = Promise.withResolvers<string>();
  async function* lines(signal: AbortSignal) {
    signal.addEventListener("abort", () => typed.resolve(""), { once: true });
    yield await typed.promise;
  }
  const person = { say: said.resolve, typed: lines };
  const place = { grant: "orders", config, dataDir, clock, loginCommand: "log me in" };
  const done = logIn({ ...place, person, browser: false, port: 0, ...options });
  done.catch(said.reject);
  const tokens = (path: string) =>
    new GrantedTokens({ client: new Oauth2Client(place), file: new TokenFile(path), clock });
  return { server, clock, dataDir, done, words: await said.promise, type: typed.resolve, tokens };
}

const byDevice = (server: OauthServer) => ({ deviceEndpoint: server.deviceEndpoint });
const byBrowser = () => ({});

const codeIn = ({ words }: Login) => /Enter the code (\S+)/.exec(words)?.[1] ?? "";
const addressIn = ({ words }: Login) => /^ {2}(http\S+)$/m.exec(words)?.[1] ?? "";

/** Moves time on until the login is over. */
async function ended(login: Login): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  login.done.then(end, end);
  await vi.waitFor(
    async () => {
      await login.clock.advance(1_000);
      expect(over).toBe(true);
    },
    { interval: 1, timeout: 5_000 },
  );
}

test("a person logs in with a code on another device, and the bot can go on from there", async () => {
  const login = await startLogin(byDevice);
  expect(login.words).toContain(`1. Open ${login.server.url}/device\n`);
  expect(login.words).toContain("The code is good for 10 minutes");
  await login.clock.advance(20_000);
  await login.server.enterCode(codeIn(login), { user });
  await ended(login);
  const path = await login.done;
  expect(path).toBe(join(login.dataDir, "oauth2", "orders.json"));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await login.server.ownerOf(await login.tokens(path).get())).toBe(user);
  expect(login.clock.pending).toBe(0);
});

test("a declined code ends the login", async () => {
  const login = await startLogin(byDevice);
  await login.server.enterCode(codeIn(login), "declined");
  await ended(login);
  await expect(login.done).rejects.toMatchObject({ code: "OAUTH2_LOGIN_FAILED", message: /declined/ });
});

test("a code that nobody enters ends the login", async () => {
  const login = await startLogin(byDevice);
  await login.clock.advance(11 * minuteMs);
  await ended(login);
  await expect(login.done).rejects.toThrow("Nobody has logged in in time");
});

test("a provider that is away or busy meanwhile is asked again, more slowly", async () => {
  const login = await startLogin(byDevice);
  login.server.trouble = (request) => {
    request.socket.destroy();
    login.server.trouble = (_request, response) => {
      login.server.trouble = undefined;
      response.writeHead(400, { "content-type": "application/json" }).end('{"error": "slow_down"}');
    };
  };
  await login.server.enterCode(codeIn(login), { user });
  await ended(login);
  await login.done;
});

test("a person logs in with a browser that comes back to this machine", async () => {
  const login = await startLogin(byBrowser);
  const address = new URL(addressIn(login));
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    response_type: "code",
    code_challenge_method: "S256",
    scope: "mail offline_access",
    redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
  });
  const back = await login.server.visit(address.href, user);
  const stray = await fetch(new URL("/favicon.ico", back), { headers: { connection: "close" } });
  expect(stray.status).toBe(404);
  const page = await fetch(back, { headers: { connection: "close" } });
  expect(await page.text()).toContain("can be closed");
  const tokens = login.tokens(await login.done);
  expect(await login.server.ownerOf(await tokens.get())).toBe(user);
  expect(login.clock.pending).toBe(0);
});

test("a browser on another machine cannot come back, so its last address is pasted", async () => {
  const login = await startLogin(byBrowser);
  login.type(`  ${await login.server.visit(addressIn(login), user)}\n`);
  const tokens = login.tokens(await login.done);
  expect(await login.server.ownerOf(await tokens.get())).toBe(user);
});

test("a browser can be asked for where a code for another device is not allowed", async () => {
  const login = await startLogin(byDevice, { browser: true });
  expect(login.words).toContain("Open this address in a browser");
  login.type(await login.server.visit(addressIn(login), user));
  await login.done;
});

test.each([
  ["declined it", "error=access_denied&error_description=no", "The login was declined (access_denied: no)"],
  ["brings another login's answer", "code=abc&state=other", "belongs to another login"],
  ["brings a code of nobody's", "code=abc", "does not take the code"],
])("a browser that %s ends the login", async (_what, answer, words) => {
  const login = await startLogin(byBrowser);
  const { searchParams } = new URL(addressIn(login));
  const state = answer.includes("state=") ? "" : `&state=${searchParams.get("state")}`;
  login.type(`${searchParams.get("redirect_uri")}?${answer}${state}`);
  await expect(login.done).rejects.toMatchObject({
    code: "OAUTH2_LOGIN_FAILED",
    message: expect.stringContaining(words),
  });
});

test("a browser that never comes back is waited for a quarter of an hour", async () => {
  const login = await startLogin(byBrowser);
  await login.clock.advance(15 * minuteMs);
  await expect(login.done).rejects.toThrow("Nobody has logged in in time");
});

test("a login that gives no refresh token is not taken for one", async () => {
  const login = await startLogin(byBrowser);
  const back = await login.server.visit(addressIn(login), user);
  login.server.trouble = (_request, response) => {
    const body = '{"access_token": "abc", "token_type": "Bearer"}';
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  };
  login.type(back);
  await expect(login.done).rejects.toThrow(/gave no refresh token.*offline_access/);
});

test("a provider without a place to log in, an unknown application and a taken port are named", async () => {
  const nowhere = startLogin(() => ({ authorizationEndpoint: undefined }) as never);
  await expect(nowhere).rejects.toThrow("Set `authorizationEndpoint` or `deviceEndpoint`");
  const stranger = startLogin((server) => ({ ...byDevice(server), clientId: "stranger" }));
  await expect(stranger).rejects.toMatchObject({ code: "OAUTH2_CLIENT_REFUSED" });
  const { server } = await startLogin(byDevice);
  const taken = startLogin(byBrowser, { port: Number(new URL(server.url).port) });
  await expect(taken).rejects.toThrow(/EADDRINUSE.*Choose another --port/);
});
