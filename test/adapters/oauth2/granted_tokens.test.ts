import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { answerLimits } from "../../../src/adapters/oauth2/bounded_fetch.ts";
import { GrantedTokens } from "../../../src/adapters/oauth2/granted_tokens.ts";
import { Oauth2Client } from "../../../src/adapters/oauth2/oauth2_client.ts";
import type { GrantConfig } from "../../../src/adapters/oauth2/oauth2_schema.ts";
import { TokenFile } from "../../../src/adapters/oauth2/token_file.ts";
import { lockLimitMs, underLock } from "../../../src/adapters/oauth2/token_lock.ts";
import { type Clock, SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { startOauthServer } from "../../support/oauth_server.ts";
import { tempDir } from "../../support/temp_dir.ts";

const minuteMs = 60_000;

/** A login that is kept in a file, and what a unit has in its hands. */
async function openGrant(config: Partial<GrantConfig> = {}) {
  guardAgainstLeaks();
  const server = await startOauthServer();
  onTestFinished(() => server.down());
  const clock = new ManualClock();
  const file = new TokenFile(join(tempDir(), "oauth2", "orders.json"));
  const refreshToken = await server.login("orders@shop.example");
  await file.write(refreshToken);
  const restart = (ownClock: Clock = clock) => {
    const place = { grant: "orders", config: server.grant(config), clock: ownClock, loginCommand: "log me in" };
    return new GrantedTokens({ client: new Oauth2Client(place), file, clock: ownClock });
  };
  return { server, clock, file, refreshToken, restart, tokens: restart() };
}

/** What `work` rejects with, if nothing in it can be read as one of the secrets. */
async function failureOf(work: Promise<unknown>, secrets: readonly string[]): Promise<Error> {
  const error = await work.then(
    () => new Error("it did not fail"),
    (thrown: Error) => thrown,
  );
  const everything = inspect(error, { depth: 20, showHidden: true });
  for (const secret of secrets) expect(everything).not.toContain(secret);
  return error;
}

test("a token is kept while it is fresh, and another is fetched before it ends", async () => {
  const { server, clock, tokens } = await openGrant();
  server.lifetimeSeconds = 3600;
  const first = await tokens.get();
  await clock.advance(57 * minuteMs);
  expect(await tokens.get()).toBe(first);
  await clock.advance(minuteMs);
  expect(await tokens.get()).not.toBe(first);
  expect(server.refreshes).toBe(2);
});

test("many who ask at once share one request", async () => {
  const { server, tokens } = await openGrant();
  const got = await Promise.all(Array.from({ length: 20 }, () => tokens.get()));
  expect(new Set(got).size).toBe(1);
  expect(server.refreshes).toBe(1);
});

test("a refused token is replaced once, also for the second one who holds it", async () => {
  const { server, tokens } = await openGrant();
  const refused = await tokens.get();
  const renewed = await tokens.get({ refused });
  expect(renewed).not.toBe(refused);
  expect(await tokens.get({ refused })).toBe(renewed);
  expect(server.refreshes).toBe(2);
});

test("a refresh token that is good for one use survives restarts, for this user's eyes only", async () => {
  const { file, refreshToken, restart } = await openGrant();
  for (let run = 1; run <= 3; run += 1) await restart().get();
  expect(await file.read()).not.toBe(refreshToken);
  expect((await stat(file.path)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(file.path))).mode & 0o777).toBe(0o700);
});

test("a new refresh token that cannot be stored is stored before anything else is done", async () => {
  const { server, file, refreshToken, restart, tokens } = await openGrant();
  const obstacle = `${file.path}.${process.pid}.new`;
  await mkdir(obstacle);
  const failure = await failureOf(tokens.get(), [refreshToken]);
  expect(failure).toMatchObject({ code: "OAUTH2_TOKEN_FILE", failureClass: "outage" });
  await expect(tokens.get()).rejects.toThrow(failure.message);
  expect(server.refreshes).toBe(1);
  await rm(obstacle, { recursive: true });
  await tokens.get();
  await restart().get();
  expect(server.refreshes).toBe(3);
});

test("a login that a person made meanwhile is not written over", async () => {
  const { server, file, tokens } = await openGrant();
  const fresh = await server.login("orders@shop.example");
  server.trouble = async (request, response) => {
    server.trouble = undefined;
    await file.write(fresh);
    server.answer(request, response);
  };
  await tokens.get();
  expect(await file.read()).toBe(fresh);
});

test("a login that is over is told with the command to type, asked for once, and a new one is found", async () => {
  const { server, file, refreshToken, tokens } = await openGrant();
  await server.revokeLogin(refreshToken);
  const failure = await failureOf(tokens.get(), [refreshToken]);
  expect(failure).toMatchObject({ code: "OAUTH2_LOGIN_NEEDED", failureClass: "permanent" });
  expect(failure.message).toMatch(/grant "orders" is over \(invalid_grant: .*\)\. Somebody has to log in: log me in$/);
  const asked = server.requests;
  await expect(tokens.get()).rejects.toBe(failure);
  expect(server.requests).toBe(asked);
  await file.write(await server.login("orders@shop.example"));
  await tokens.get();
});

test.each([
  ["no file", undefined],
  ["an empty file", ""],
  ["something else", "eyJhbGciOi not json"],
  ["another shape", '{"refreshToken": 5}'],
])("without a login (%s) the command to type is told", async (_what, content) => {
  const { server, file, tokens } = await openGrant();
  if (content === undefined) await rm(file.path);
  else await writeFile(file.path, content);
  const failure = await failureOf(tokens.get(), ["eyJhbGciOi"]);
  expect(failure.message).toBe('Nobody has logged in for grant "orders" yet. Somebody has to log in: log me in');
  expect(server.requests).toBe(0);
});

test("an unknown application is no login to be mended by logging in", async () => {
  const { refreshToken, tokens } = await openGrant({ clientId: "stranger", clientSecret: "hush-hush" });
  const failure = await failureOf(tokens.get(), [refreshToken, "hush-hush"]);
  expect(failure).toMatchObject({ code: "OAUTH2_CLIENT_REFUSED", failureClass: "permanent" });
  expect(failure.message).toMatch(
    /^127\.0\.0\.1:\d+ refuses the application of grant "orders" \(.+\)\. Check `clientId`/,
  );
});

test("a provider that is down may come back", async () => {
  const { server, refreshToken, tokens } = await openGrant();
  await server.down();
  const failure = await failureOf(tokens.get(), [refreshToken]);
  expect(failure).toMatchObject({ code: "OAUTH2_UNAVAILABLE", failureClass: "outage" });
  expect(failure.message).toMatch(/gives no access token for grant "orders" \(.*ECONNREFUSED/);
  await server.up();
  await tokens.get();
});

test.each([
  ["an error page", 502, "text/html", "<h1>Bad gateway</h1>", "HTTP 502"],
  ["an error of its own", 500, "application/json", '{"error": "invalid_grant"}', "HTTP 500"],
  ["too many requests", 429, "application/json", '{"error": "slow_down"}', "slow_down"],
  ["a login page", 200, "text/html", "<h1>Welcome to our hotel</h1>", "HTTP 200 with text/html"],
  ["half an answer", 200, "application/json", '{"access_token": "abc"', "JSON"],
  ["another kind of token", 200, "application/json", '{"access_token": "abcdef", "token_type": "mac"}', "token_type"],
  ["no end", 200, "application/json", " ".repeat(answerLimits.bytes + 1), "more than"],
  ["a redirect", 302, "text/plain", "", "HTTP 302"],
])("a provider that answers with %s may answer better later", async (_what, status, type, body, words) => {
  const { server, refreshToken, tokens } = await openGrant();
  server.trouble = (_request, response) => {
    response.writeHead(status, { "content-type": type, location: "http://127.0.0.1:1/" }).end(body);
  };
  const failure = await failureOf(tokens.get(), [refreshToken, "abcdef"]);
  expect(failure).toMatchObject({ code: "OAUTH2_UNAVAILABLE", failureClass: "outage" });
  expect(failure.message).toContain(words);
  server.trouble = undefined;
  await tokens.get();
});

test("a provider that does not answer is not waited for", async () => {
  const { server, clock, refreshToken, tokens } = await openGrant();
  const asked = Promise.withResolvers<void>();
  server.trouble = () => asked.resolve();
  const failing = failureOf(tokens.get(), [refreshToken]);
  await asked.promise;
  await clock.advance(answerLimits.ms);
  expect((await failing).message).toContain(`did not finish within ${answerLimits.ms} ms`);
});

test("a provider that quotes our secrets is not quoted", async () => {
  const { server, refreshToken, tokens } = await openGrant({ clientSecret: "hush-hush" });
  server.trouble = (_request, response) => {
    const description = `${refreshToken} does not fit\nto hush-hush`;
    const body = JSON.stringify({ error: "invalid_grant", error_description: description });
    response.writeHead(400, { "content-type": "application/json" }).end(body);
  };
  const failure = await failureOf(tokens.get(), [refreshToken, "hush-hush"]);
  expect(failure.message).toContain("(invalid_grant: *** does not fit to ***)");
});

test("whoever stops waiting gets the reason, and the request goes on", async () => {
  const { server, file, refreshToken, tokens } = await openGrant();
  const stop = new AbortController();
  const waiting = tokens.get({ signal: stop.signal });
  stop.abort(new Error("no longer wanted"));
  await expect(waiting).rejects.toThrow("no longer wanted");
  await tokens.settled();
  expect(server.refreshes).toBe(1);
  expect(await file.read()).not.toBe(refreshToken);
});

test("several processes that share a login renew it one after the other", async () => {
  const { server, restart } = await openGrant();
  const processes = [1, 2, 3].map(() => restart(new SystemClock()));
  let refused: readonly string[] = [];
  for (let round = 1; round <= 4; round += 1) {
    refused = await Promise.all(processes.map((each, index) => each.get({ refused: refused[index] })));
    expect(new Set(refused).size).toBe(3);
  }
  expect(server.refreshes).toBe(12);
});

test("a process that holds the login and hangs is told of", async () => {
  const { clock, file, refreshToken, tokens } = await openGrant();
  const [held, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const hanging = underLock("orders", file, clock, () => {
    held.resolve();
    return done.promise;
  });
  await held.promise;
  let failure: Error | undefined;
  void failureOf(tokens.get(), [refreshToken]).then((error) => {
    failure = error;
  });
  await vi.waitFor(async () => {
    await clock.advance(lockLimitMs);
    expect(failure).toMatchObject({ code: "OAUTH2_GRANT_BUSY", failureClass: "outage" });
  });
  done.resolve();
  await hanging;
  await tokens.get();
});
