import { rmSync } from "node:fs";
import { join } from "node:path";
import { Redis as Client } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { type RedisConfig, RedisConnection, redisSchema } from "../../../src/adapters/redis/index.ts";
import { freePort } from "../../support/free_port.ts";
import { parsedConfig } from "../../support/parsed_config.ts";
import { type Redis, type RedisOptions, startRedis } from "../../support/redis.ts";
import { eventually } from "../../support/source_desk.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { tempDir } from "../../support/temp_dir.ts";

const patienceMs = 15_000;
const key = "orders";
const writes = 'return redis.call("HSET", KEYS[1], "a", "1")';

async function server(options: RedisOptions = {}): Promise<Redis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

/** Whoever has all rights there. */
function operator({ port }: { readonly port: number }): Client {
  const client = new Client({ port, retryStrategy: null });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => client.once("end", resolve));
    client.disconnect();
    await ended;
  });
  return client.on("error", () => undefined);
}

function connection(config: Partial<RedisConfig>): RedisConnection {
  const made = new RedisConnection({ ...parsedConfig(redisSchema, {}), ...config } as RedisConfig, "test");
  onTestFinished(() => made.close());
  return made;
}

/** What comes of a write by a script, as all of ours are made. */
async function writing(opened: RedisConnection): Promise<unknown> {
  return await opened.client.eval(writes, 1, key).catch((error: unknown) => opened.failure(error, [key]));
}

/** A login that may do everything but this. */
async function loginWithout(redis: Redis, ...rules: readonly string[]): Promise<RedisConnection> {
  await operator(redis).call("ACL", "SETUSER", "bot", "on", ">hush", "~*", "&*", "+@all", ...rules);
  return connection({ port: redis.port, user: "bot", password: "hush" } as Partial<RedisConfig>);
}

test.each([
  ["scripts", "-eval"],
  ["a command in a script", "-hset"],
])("a login without the right to %s is told so, and not that its password is wrong", async (_what, rule) => {
  const redis = await server();
  const opened = await loginWithout(redis, rule);
  await opened.open();

  expect(await writing(opened)).toMatchObject({
    code: "REDIS_PERMISSION",
    failureClass: "outage",
    message: expect.stringMatching(
      /^Redis at 127\.0\.0\.1:\d+\/0 does not let this login do its work: [^:]*command[^:]*\. Give it the right \(ACL SETUSER\)/,
    ),
  });
});

test("a login without the right to keys of ours is told so", async () => {
  const opened = await loginWithout(await server(), "resetkeys", "~elsewhere:*");
  await opened.open();
  expect(await writing(opened)).toMatchObject({
    code: "REDIS_PERMISSION",
    message: expect.stringMatching(/work: .*\bkeys?\b.*Give it the right/),
  });
});

test("a login that may not ask the server what it is, is told so", async () => {
  const opened = await loginWithout(await server(), "-info");
  await expect(opened.open()).rejects.toThrow(/does not let this login do its work: .*'info' command\. Give it/);
});

test("a key of ours that holds something else is named, with the cure", async () => {
  const redis = await server();
  await operator(redis).set(key, "of another program");
  const opened = connection({ port: redis.port });
  await opened.open();
  expect(await writing(opened)).toMatchObject({
    code: "REDIS_FOREIGN_DATA",
    message: expect.stringMatching(
      /has something of another kind under one of the keys orders: .*another `db`, or delete/,
    ),
  });
});

test("a server that became a replica says whom to name", async () => {
  const redis = await server();
  const opened = connection({ port: redis.port });
  await opened.open();
  await operator(redis).replicaof("127.0.0.1", await freePort());
  expect(await writing(opened)).toMatchObject({
    code: "REDIS_UNFIT",
    message: expect.stringMatching(/Name its primary/),
  });
});

test("a server that lacks replicas is waited for", async () => {
  const redis = await server();
  const opened = connection({ port: redis.port });
  await opened.open();
  await operator(redis).config("SET", "min-replicas-to-write", "1");
  expect(await writing(opened)).toMatchObject({
    code: "REDIS_NOT_SERVING",
    message: expect.stringMatching(/cannot serve now: .*min-replicas-to-write/),
  });
});

test("a server whose snapshots fail says that it is its disk", async () => {
  const gone = tempDir();
  const redis = await server({ directives: [`dir ${gone}`, "save 1 1"] });
  const opened = connection({ port: redis.port });
  await opened.open();
  rmSync(gone, { recursive: true });
  await writing(opened);
  await eventually(async () => expect(await writing(opened)).toMatchObject({ code: "REDIS_DISK" }), patienceMs);
});

test("a server that still loads its data is waited for", async () => {
  const redis = await server({ directives: ["enable-debug-command yes"] });
  const root = operator(redis);
  await root.eval("for i = 1, 2000 do redis.call('SET', 'k' .. i, i) end", 0);
  await root.config("SET", "loading-process-events-interval-bytes", "1024");
  await root.config("SET", "key-load-delay", "500");
  const opened = connection({ port: redis.port });
  await opened.open();
  const loaded = root.call("DEBUG", "RELOAD");
  await eventually(
    async () =>
      expect(await writing(opened)).toMatchObject({
        code: "REDIS_NOT_SERVING",
        message: expect.stringMatching(/still loads its data\. Nothing needs to be done\.$/),
      }),
    patienceMs,
  );
  await loaded;
  expect(await writing(opened)).toBe(1);
});

test("a server that a script of somebody keeps busy says so", async () => {
  const redis = await server();
  const opened = connection({ port: redis.port });
  await opened.open();
  const root = operator(redis);
  await root.config("SET", "lua-time-limit", "50");
  const endless = root.eval("while true do end", 0).catch(() => undefined);
  expect(await writing(opened)).toMatchObject({
    code: "REDIS_NOT_SERVING",
    message: expect.stringMatching(/a script of somebody keeps it busy/),
  });
  await opened.client.script("KILL");
  await endless;
});

test("a part of a Redis Cluster is none that will do", async () => {
  const redis = await server({ directives: ["cluster-enabled yes", `cluster-port ${await freePort()}`] });
  const opened = connection({ port: redis.port });
  await opened.open();
  expect(await writing(opened)).toMatchObject({
    code: "REDIS_UNFIT",
    message: expect.stringMatching(/will not do: it is a part of a Redis Cluster/),
  });
});

test.each(["MOVED 15495 127.0.0.1:6380", "CROSSSLOT Keys in request don't hash to the same slot"])(
  "so is one that says %s",
  (reply) => {
    const made = connection({});
    expect(made.failure(new Error(reply))).toMatchObject({ code: "REDIS_UNFIT" });
  },
);

test("a server that had a command renamed is told which", async () => {
  const redis = await server({ directives: ['rename-command EVAL ""'] });
  const opened = connection({ port: redis.port });
  await opened.open();
  expect(await writing(opened)).toMatchObject({
    code: "REDIS_UNFIT",
    message: expect.stringMatching(
      /does not know the command EVAL\. It is too old, or the command was renamed there\.$/,
    ),
  });
});

test("a server that is too old says which version will do", async () => {
  const redis = await server();
  const proxy = await TcpProxy.to(redis);
  onTestFinished(() => proxy.stop());
  // Of the same length: Redis says before each answer how long it is.
  proxy.rewrite((chunk) => chunk.replace(/redis_version:\d/, "redis_version:5"));
  await expect(connection({ port: proxy.port }).open()).rejects.toThrow(
    /will not do: it is version 5\.\S+, and 6\.2 is the oldest that can be used\./,
  );
});

test("a port where something else answers is told from a server that is down", async () => {
  const redis = await server({ tls: true });
  await expect(connection({ port: redis.port }).open()).rejects.toThrow(/may want `tls`/);
  const plain = await server();
  const proxy = await TcpProxy.to(plain);
  onTestFinished(() => proxy.stop());
  proxy.rewrite((chunk, direction) => (direction === "from_server" ? "HTTP/1.1 400 Bad Request\r\n\r\n" : chunk));
  await expect(connection({ port: proxy.port }).open()).rejects.toThrow(
    /what answers there is no Redis, or wants `tls`/,
  );
});

test("an error of ours, and a bug, stay as they are", () => {
  const made = connection({ host: join("no", "where") });
  const bug = new TypeError("x is not a function");
  expect(made.failure(bug)).toBe(bug);
  const ours = made.failure(new Error("WRONGTYPE Operation"));
  expect(made.failure(ours)).toBe(ours);
});

test.each(["Connection is closed.", "Stream isn't writeable and enableOfflineQueue options is false"])(
  "a broken connection is no riddle: %s",
  (text) => {
    expect(connection({}).failure(new Error(text))).toMatchObject({
      message: expect.stringMatching(/cannot be reached: the connection broke\. Is it running/),
    });
  },
);
