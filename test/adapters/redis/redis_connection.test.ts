import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { type RedisConfig, RedisConnection, redisSchema } from "../../../src/adapters/redis/index.ts";
import { freePort } from "../../support/free_port.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { parsedConfig } from "../../support/parsed_config.ts";
import { type Redis, type RedisOptions, startRedis } from "../../support/redis.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { tempDir } from "../../support/temp_dir.ts";

async function server(options: RedisOptions = {}): Promise<Redis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

function connection(config: Partial<RedisConfig>): RedisConnection {
  const made = new RedisConnection({ ...parsedConfig(redisSchema, {}), ...config } as RedisConfig, "test");
  onTestFinished(() => made.close());
  return made;
}

test("a connection says what its server is, and leaves nothing behind", async () => {
  guardAgainstLeaks();
  const { port } = await server();
  const opened = connection({ port });
  const facts = await opened.open();
  expect(facts).toMatchObject({ evictionPolicy: "noeviction", isReplica: false, keepsOnDisk: false });
  expect(facts.runId).toHaveLength(40);
  await opened.close();
  await opened.close();
});

test.each<[string, RedisOptions, Partial<RedisConfig>, RegExp]>([
  ["a wrong password", { password: "right" }, { password: "wrong" }, /refuses the login: WRONGPASS.*`password`/],
  ["no password where one is asked for", { password: "right" }, {}, /refuses the login: .*`password`/],
  ["a server that evicts", { directives: ["maxmemory-policy allkeys-lru"] }, {}, /allkeys-lru.*noeviction/],
  ["a replica", { directives: ["replicaof 127.0.0.1 1", "replica-serve-stale-data yes"] }, {}, /is a replica/],
])("%s is refused in plain words", async (_what, options, config, message) => {
  guardAgainstLeaks();
  const { port } = await server(options);
  await expect(connection({ port, ...config }).open()).rejects.toThrow(message);
});

test("a port where nobody listens is named", async () => {
  guardAgainstLeaks();
  const port = await freePort();
  await expect(connection({ port }).open()).rejects.toThrow(
    `Redis at 127.0.0.1:${port}/0 cannot be reached: nobody listens there.`,
  );
});

test("a URL holds everything, and TLS trusts the authority that is named", async () => {
  guardAgainstLeaks();
  const redis = await server({ password: "hush/hush", tls: true });
  const ca = join(tempDir(), "ca.pem");
  writeFileSync(ca, redis.ca ?? "");
  const url = `rediss://default:hush%2Fhush@127.0.0.1:${redis.port}/2`;
  const trusting = connection({ url, tls: { ca } });
  await trusting.open();
  expect(trusting.address).toBe(`127.0.0.1:${redis.port}/2`);
  expect(await trusting.client.ping()).toBe("PONG");
  await expect(connection({ url }).open()).rejects.toThrow(/certificate is not trusted.*tls\.ca/);
});

test.each(["http://localhost", "redis://", "redis://host/one"])("%s is no address", (url) => {
  expect(() => connection({ url })).toThrow(/redis:\/\/user:password@host:port/);
});

test("a server that has become a replica is left again and again, but not in a hurry, until it takes writes", async () => {
  guardAgainstLeaks();
  const redis = await server();
  const opened = connection({ port: redis.port });
  await opened.open();
  let connections = 0;
  opened.client.on("connect", () => {
    connections += 1;
  });
  await opened.client.replicaof("127.0.0.1", 1);
  const write = async () => await opened.client.set("a", 1).then(undefined, (error: unknown) => opened.failure(error));
  for (const end = performance.now() + 1_500; performance.now() < end; await sleep(20)) {
    expect(await write()).toMatchObject({ code: "REDIS_UNFIT", message: expect.stringContaining("replica") });
  }
  expect(connections).toBeLessThan(10);
  await vi.waitFor(() => opened.client.replicaof("NO", "ONE"), 3_000);
  await vi.waitFor(async () => expect(await write()).toBe("OK"), 3_000);
});

test("a server that cannot write to its disk is told from one that is away", async () => {
  guardAgainstLeaks();
  const dir = tempDir();
  const redis = await server({ directives: ["save 3600 1", `dir ${dir}`] });
  const opened = connection({ port: redis.port });
  await opened.open();
  rmSync(dir, { recursive: true });
  await opened.client.bgsave();
  const write = async () => await opened.client.set("a", 1).then(undefined, (error: unknown) => opened.failure(error));
  await vi.waitFor(async () => {
    expect(await write()).toMatchObject({ code: "REDIS_DISK", message: expect.stringContaining("its snapshots") });
  });
  expect(opened.failure(new Error(fullDisk))).toMatchObject({
    message: expect.stringContaining("its own disk: No space left on device. Make room there"),
  });
});

const fullDisk = "MISCONF Errors writing to the AOF file: No space left on device script: 19b4, on @user_script:418.";

test("it comes back by itself soon after the server, and fails at once meanwhile", async () => {
  guardAgainstLeaks();
  const redis = await server();
  const opened = connection({ port: redis.port });
  const before = await opened.open();
  const lost = new Promise((resolve) => opened.client.once("close", resolve));
  await redis.kill();
  await lost;
  const failure = await opened.client.ping().catch((error: unknown) => opened.failure(error));
  expect(failure).toMatchObject({ code: "REDIS_UNREACHABLE", failureClass: "outage" });
  const back = new Promise((resolve) => opened.client.once("ready", resolve));
  await redis.start();
  await back;
  expect((await opened.look()).runId).not.toBe(before.runId);
});

test("a frozen server is given up when told so: what waits fails", async () => {
  guardAgainstLeaks();
  const redis = await server();
  const opened = connection({ port: redis.port });
  await opened.open();
  redis.freeze();
  const asked = opened.client.ping().catch((error: unknown) => opened.failure(error));
  opened.renew();
  expect(await asked).toMatchObject({ code: "REDIS_UNREACHABLE" });
  redis.thaw();
  await opened.close();
});

test("a way that swallows everything is noticed while connecting, at the first time and again, and left once it passes", async () => {
  guardAgainstLeaks();
  const redis = await server();
  const proxy = await TcpProxy.to({ host: redis.host, port: redis.port });
  onTestFinished(() => proxy.stop());
  const config = { port: proxy.port, connectTimeout: 200 as RedisConfig["connectTimeout"] };
  proxy.blackHole();
  await expect(connection(config).open()).rejects.toThrow(/no answer within 200 ms/);
  proxy.pass();
  const opened = connection(config);
  await opened.open();
  proxy.blackHole();
  opened.renew();
  await new Promise((resolve) => opened.client.once("connect", resolve));
  await new Promise((resolve) => opened.client.once("close", resolve));
  const back = new Promise((resolve) => opened.client.once("ready", resolve));
  proxy.pass();
  await back;
  expect(await opened.client.ping()).toBe("PONG");
  await opened.close();
});

test("it can be closed while it waits for its next attempt", async () => {
  guardAgainstLeaks();
  const redis = await server();
  const opened = connection({ port: redis.port });
  await opened.open();
  const lost = new Promise((resolve) => opened.client.once("reconnecting", resolve));
  await redis.kill();
  await lost;
  await opened.close();
});
