import { Redis as Client } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { Redis, type RedisOptions, startRedis } from "./redis.ts";

async function open(options: RedisOptions): Promise<{ redis: Redis; client: () => Client }> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  const client = () => {
    const { host, port, password, ca } = redis;
    const made = new Client({
      host,
      port,
      retryStrategy: null,
      ...(password !== undefined && { password }),
      ...(ca !== undefined && { tls: { ca } }),
    });
    return closing(made);
  };
  return { redis, client };
}

test.each<[string, RedisOptions, string | null]>([
  ["forgets without persistence", {}, null],
  ["remembers with a log of what it did", { persistence: "aof", directives: ["appendfsync always"] }, "1"],
])("a killed Redis %s", async (_what, options, found) => {
  const { redis, client } = await open(options);
  await client().set("a", "1");
  await redis.kill();
  await redis.start();
  expect(await client().get("a")).toBe(found);
});

test("a password and TLS are asked for", async () => {
  const { redis, client } = await open({ password: "hush", tls: true });
  expect(await client().ping()).toBe("PONG");
  const stranger = closing(new Client({ port: redis.port, tls: { ca: redis.ca ?? "" }, retryStrategy: null }));
  await expect(stranger.get("a")).rejects.toThrow("NOAUTH");
});

test("a server that says much at its start, and is started again and again, gathers no listeners", async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error) => void warnings.push(name);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  const { redis } = await open({ persistence: "aof", directives: ["loglevel debug"] });
  for (let again = 0; again < 3; again += 1) {
    await redis.kill();
    await redis.start();
  }
  await new Promise(setImmediate);
  expect(warnings).toEqual([]);
});

test("a server that cannot start says why", async () => {
  const redis = await Redis.prepare({ directives: ["no-such-directive 1"] });
  onTestFinished(() => redis.stop());
  await expect(redis.start()).rejects.toThrow(/did not start: .*no-such-directive/s);
});

function closing(client: Client): Client {
  client.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  onTestFinished(async () => {
    if (client.status !== "end") client.disconnect();
    await ended;
  });
  return client;
}
