import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Queue } from "bullmq";
import { Redis as Client } from "ioredis";
import { expect, onTestFinished, test, vi } from "vitest";
import { BullmqQueue } from "../../../src/adapters/bullmq_queue/index.ts";
import { type RedisConfig, redisSchema } from "../../../src/adapters/redis/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { QueueSettings } from "../../../src/app_runtime/contracts/task_queue.ts";
import { sampleTask, taskId } from "../../../src/app_runtime/testing/index.ts";
import { QueueDesk, suiteSettings } from "../../../src/app_runtime/testing/task_queue/queue_desk.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { parsedConfig } from "../../support/parsed_config.ts";
import { type Redis, type RedisOptions, startRedis } from "../../support/redis.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openBullmqQueue } from "./open_bullmq_queue.ts";

const lasting: QueueSettings = { ...suiteSettings, leaseMs: 10_000, capacity: 1_000 };

async function server(options: RedisOptions = {}): Promise<Redis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

async function openDesk(redis: Redis, settings: QueueSettings = lasting, prefix: string = randomUUID()) {
  const opened = await openBullmqQueue(redis, settings, prefix);
  onTestFinished(opened.close);
  return { ...opened, desk: new QueueDesk(opened, settings), prefix };
}

class JumpingClock extends SystemClock {
  aheadMs = 0;

  override now(): number {
    return super.now() + this.aheadMs;
  }
}

function newQueue(config: Partial<RedisConfig>, settings = lasting, clock = new SystemClock()): BullmqQueue {
  const redis = { ...parsedConfig(redisSchema, {}), ...config } as RedisConfig;
  const events = { heard: false, emit: () => undefined, subscribe: () => ({ [Symbol.dispose]: () => undefined }) };
  const queue = new BullmqQueue({
    name: "orders",
    settings,
    clock,
    events,
    redis,
    prefix: "test",
  });
  onTestFinished(() => queue.close());
  return queue;
}

function clientOf(redis: Redis): Client {
  const client = new Client({ port: redis.port });
  onTestFinished(() => void client.disconnect());
  return client;
}

function codesOf(events: readonly RuntimeEventBody[]): readonly string[] {
  return events.flatMap((event) => (event.kind === "unit.fact" ? [event.code] : []));
}

test("what a killed node process held is handed out again within 15 s, as a crash", { timeout: 30_000 }, async () => {
  const redis = await server();
  const { desk, queue, prefix } = await openDesk(redis);
  await desk.publish("a");
  const program = join(import.meta.dirname, "holder_program.ts");
  const holder = spawn(process.execPath, [program, String(redis.port), prefix, String(lasting.leaseMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(holder.stdout, "data")) as [Buffer];
  expect(String(said)).toBe("took a\n");
  holder.kill("SIGKILL");
  await once(holder, "exit");
  const killedAt = performance.now();
  const again = await queue.consume({ signal: new AbortController().signal, concurrency: 1 }).next();
  expect(performance.now() - killedAt).toBeLessThan(15_000);
  expect([again.value?.task.id, again.value?.attempt, again.value?.crashes]).toEqual(["a", 1, 1]);
});

test("a killed Redis with a log loses nothing that was accepted, and hand-outs go on by themselves", async () => {
  guardAgainstLeaks();
  const redis = await server({ persistence: "aof" });
  const { queue, desk, events } = await openDesk(redis);
  const ids = Array.from({ length: 200 }, (_, n) => `t${n}`);
  await Promise.all(ids.map((id) => queue.publish(sampleTask(id))));
  const held = await desk.take();
  const waiting = queue.consume({ signal: new AbortController().signal, concurrency: 1 });
  await redis.kill();
  await expect(queue.publish(sampleTask("while it is down"))).rejects.toMatchObject({
    code: "REDIS_UNREACHABLE",
    failureClass: "outage",
  });
  await vi.waitFor(() => expect(queue.stats().trouble).toMatch(/^Redis at .* cannot be reached/));
  const acked = queue.ack(held);
  const next = waiting.next();
  await redis.start();
  const backAt = performance.now();
  await acked;
  const done = [held.task.id, (await next).value?.task.id];
  expect(performance.now() - backAt).toBeLessThan(3_000);
  done.push(...(await desk.workOff()));
  expect(done.sort()).toEqual([...ids].sort());
  expect(codesOf(events)).toEqual(["queue_redis_failed", "queue_redis_back"]);
  await vi.waitFor(() => expect(queue.stats().trouble).toBeUndefined());
});

test("a Redis that comes back without its data is told loudly", async () => {
  const redis = await server();
  const { desk, queue, events } = await openDesk(redis);
  await desk.publish(["a", "b"]);
  await redis.kill();
  await redis.start();
  await vi.waitFor(() => expect(codesOf(events)).toContain("queue_redis_forgot"), { timeout: 5_000 });
  expect(events).toContainEqual({ kind: "unit.failed", unit: "test", error: "forgot" });
  expect(queue.stats()).toMatchObject({ waiting: 0, leased: 0 });
  await desk.publish("a");
  expect(await desk.workOff()).toEqual(["a"]);
});

test("a Redis that comes back with an older copy is told: what came after the copy is gone, what was acked comes again", async () => {
  const redis = await server();
  const { desk, queue, events } = await openDesk(redis, { ...lasting, leaseMs: 1_000 });
  await desk.publish("done", { orderKey: "k", group: "g" });
  await desk.publish("behind", { orderKey: "k", group: "g" });
  const done = await desk.take();
  await clientOf(redis).save();
  await queue.ack(done);
  await desk.publish("gone");
  await redis.kill();
  await redis.start();
  await vi.waitFor(() => expect(codesOf(events)).toContain("queue_redis_forgot"), { timeout: 5_000 });
  expect(events).toContainEqual({ kind: "unit.failed", unit: "test", error: "forgot" });
  await desk.publish(["gone", "new"]);
  const worked: string[] = [];
  const workOn = async () => {
    worked.push(...(await desk.workOff()));
    expect(worked.toSorted()).toEqual(["behind", "done", "gone", "new"]);
  };
  await vi.waitFor(workOn, { timeout: 5_000 });
  expect(codesOf(events).filter((code) => code === "queue_redis_forgot")).toHaveLength(1);
});

test("a Redis that comes back with all it had is believed", async () => {
  const redis = await server({ persistence: "aof", directives: ["appendfsync always"] });
  const { desk, queue, events } = await openDesk(redis, { ...lasting, leaseMs: 1_000 });
  await desk.publish(["a", "b"]);
  await redis.kill();
  await redis.start();
  await vi.waitFor(() => expect(codesOf(events)).toContain("queue_redis_back"), { timeout: 5_000 });
  await desk.clock.advance(1_000);
  expect(await desk.workOff()).toEqual(["a", "b"]);
  expect(codesOf(events)).not.toContain("queue_redis_forgot");
  expect(queue.stats().trouble).toBeUndefined();
});

test("a Redis that is told to throw keys away while it is in use is trouble that is told, and its tasks are worked off", async () => {
  const redis = await server();
  const clock = new JumpingClock();
  const queue = newQueue({ port: redis.port }, { ...lasting, leaseMs: 400 }, clock);
  await queue.open();
  await queue.publish(sampleTask("a"));
  const client = clientOf(redis);
  await client.config("SET", "maxmemory-policy", "allkeys-lru");
  const consumer = queue.consume({ signal: new AbortController().signal, concurrency: 1 });
  await consumer.next(); // and nobody renews it
  clock.aheadMs = 31_000;
  await vi.waitFor(() => expect(queue.stats().trouble).toMatch(/maxmemory-policy is allkeys-lru/));
  expect((await consumer.next()).value?.crashes).toBe(1);
  await client.config("SET", "maxmemory-policy", "noeviction");
  await vi.waitFor(() => expect(queue.stats().trouble).toBeUndefined());
});

test("a Redis that hangs makes nobody wait for ever, and hand-outs go on when it answers again", async () => {
  const redis = await server();
  const config = { port: redis.port, answerTimeout: 500 as RedisConfig["answerTimeout"] };
  const queue = newQueue(config);
  await queue.open();
  const next = queue.consume({ signal: new AbortController().signal, concurrency: 1 }).next();
  redis.freeze();
  await expect(queue.publish(sampleTask("a"))).rejects.toMatchObject({ failureClass: "outage" });
  redis.thaw();
  await vi.waitFor(() => queue.publish(sampleTask("b")), { timeout: 5_000 });
  expect((await next).value?.task.id).toMatch(/a|b/); // what was sent while it hung may have been stored
});

test("a Redis out of memory refuses tasks in plain words, and what it has is worked off", async () => {
  const redis = await server({ directives: ["maxmemory 3mb"] });
  const { queue, desk } = await openDesk(redis, { ...lasting, capacity: 10_000 });
  const payload = { text: "x".repeat(50_000) };
  const stored: string[] = [];
  const fill = async () => {
    for (let n = 0; n < 200; n += 1) {
      await queue.publish(sampleTask(`t${n}`, { payload }));
      stored.push(`t${n}`);
    }
  };
  await expect(fill()).rejects.toMatchObject({ code: "REDIS_FULL", failureClass: "outage" });
  expect(stored.length).toBeGreaterThan(3);
  expect(queue.stats().trouble).toMatch(/out of memory/);
  expect(await desk.workOff()).toEqual(stored);
  expect(await queue.publish(sampleTask("later"))).toBe("stored");
  expect(queue.stats().trouble).toBeUndefined();
});

test("it works with a password and TLS", async () => {
  guardAgainstLeaks();
  const redis = await server({ password: "hush", tls: true });
  const ca = join(tempDir(), "ca.pem");
  writeFileSync(ca, redis.ca ?? "");
  const queue = newQueue({ port: redis.port, password: "hush", tls: { ca } });
  await queue.open();
  const next = queue.consume({ signal: new AbortController().signal, concurrency: 1 }).next();
  await queue.publish(sampleTask("a"));
  const { value } = await next;
  if (value !== undefined) await queue.ack(value);
  expect(queue.stats().acked).toBe(1);
});

test("a wrong password keeps it from opening, in plain words, and leaves nothing behind", async () => {
  guardAgainstLeaks();
  const redis = await server({ password: "right" });
  await expect(newQueue({ port: redis.port, password: "wrong" }).open()).rejects.toThrow(/refuses the login/);
});

test("what is no task becomes a dead letter with the reason, and holds up nobody", async () => {
  const redis = await server();
  const { desk, queue, prefix } = await openDesk(redis);
  await desk.publish(["spoilt", "sound"]);
  await clientOf(redis).hset(`{${prefix}}:orders:t.spoilt`, "data", "{not json");
  expect(await desk.workOff()).toEqual(["sound"]);
  expect(await queue.findDeadLetter(taskId("spoilt"))).toMatchObject({
    reason: "rejected",
    detail: expect.stringContaining("no task that this version can read"),
    task: { id: "spoilt", kind: "unreadable", payload: "{not json" },
  });
  await queue.discardDeadLetter(taskId("spoilt"));
  expect(await queue.listDeadLetters({ offset: 0, limit: 9 })).toEqual([]);
});

test.each([
  ["is no JSON", "{not json"],
  ["is another task", '{"id":"somebody else","kind":"mail.received"}'],
  ["has lost its key and its group", '{"id":"spoilt","kind":"mail.received"}'],
])("a stored text that %s holds up neither its order key nor its group", async (_, data) => {
  const redis = await server();
  const { desk, queue, prefix } = await openDesk(redis);
  await desk.publish(["spoilt", "follower"], { orderKey: "k", group: "g" });
  await desk.publish("neighbour", { group: "g" });
  await desk.publish("free");
  await clientOf(redis).hset(`{${prefix}}:orders:t.spoilt`, "data", data);
  expect((await desk.workOff()).toSorted()).toEqual(["follower", "free", "neighbour"]);
  expect(await queue.findDeadLetter(taskId("spoilt"))).toMatchObject({ reason: "rejected", task: { id: "spoilt" } });
  expect(queue.stats()).toMatchObject({ waiting: 0, leased: 0, dead: 1 });
});

test.each(["waits", "runs"])(
  "a task that %s, deleted by hand, holds up neither its order key nor its group",
  async (state) => {
    const redis = await server();
    const { desk, queue, prefix } = await openDesk(redis, { ...lasting, leaseMs: 500 });
    await desk.publish(["gone", "follower"], { orderKey: "k", group: "g" });
    await desk.publish(["neighbour", "last"], { group: "g" });
    if (state === "runs") await desk.take();
    await clientOf(redis).del(`{${prefix}}:orders:t.gone`);
    const worked: string[] = [];
    const workOn = async () => {
      worked.push(...(await desk.workOff()));
      expect(worked.toSorted()).toEqual(["follower", "last", "neighbour"]);
      expect(queue.stats()).toMatchObject({ waiting: 0, leased: 0, dead: 1 });
    };
    await vi.waitFor(workOn, { timeout: 5_000 });
    expect(await queue.findDeadLetter(taskId("gone"))).toMatchObject({ task: { kind: "unreadable" } });
  },
);

test("what lost its place with a list that Redis threw away is taken again when it is offered again, and once", async () => {
  const redis = await server();
  const { desk, queue, prefix, events } = await openDesk(redis, { ...lasting, leaseMs: 2_000 });
  await desk.publish(["runs", "behind"], { orderKey: "a" });
  await desk.take();
  await desk.publish(["lost", "after it"], { orderKey: "b" });
  await desk.publish("late", { notBefore: Date.now() + 60_000 });
  await clientOf(redis).del(`{${prefix}}:orders:wait`, `{${prefix}}:orders:rt:mark`);
  await vi.waitFor(() => expect(codesOf(events)).toContain("queue_redis_forgot"), { timeout: 1_500 });
  const offer = async (id: string) => [id, await queue.publish(sampleTask(id, { orderKey: "b" }))];
  expect(await Promise.all(["runs", "behind", "lost", "after it", "late", "lost"].map(offer))).toEqual([
    ["runs", "duplicate"],
    ["behind", "duplicate"],
    ["lost", "stored"],
    ["after it", "duplicate"],
    ["late", "duplicate"],
    ["lost", "duplicate"],
  ]);
  expect(await desk.workOff()).toEqual(["after it", "lost"]);
});

test("lines and slots that were deleted by hand hold up nobody", async () => {
  const redis = await server();
  const { desk, queue, prefix } = await openDesk(redis, { ...lasting, leaseMs: 500 });
  await desk.publish(["a1", "a2", "a3"], { orderKey: "a" });
  await desk.publish(["b", "c"], { group: "g" });
  const first = await desk.take();
  const second = await desk.take();
  expect(await desk.tryTake()).toBeUndefined();
  const base = `{${prefix}}:orders:rt:`;
  await clientOf(redis).del(`${base}line:a`, `${base}runs:g`);
  for (const held of [first, second]) await queue.ack(held);
  const worked: string[] = [];
  const workOn = async () => {
    worked.push(...(await desk.workOff()));
    expect(worked.toSorted()).toEqual(["a2", "a3", "c"]);
  };
  await vi.waitFor(workOn, { timeout: 5_000 });
});

test("ids that look like keys of BullMQ's are ids", async () => {
  const redis = await server();
  const { desk } = await openDesk(redis);
  const ids = [
    "wait",
    "a",
    "a:lock",
    "a%3Alock",
    "0:1",
    "meta",
    "7",
    "__proto__",
    "{x}",
    " ",
    "\u{1f4e7}\ud800",
    "x".repeat(512),
  ];
  await desk.publish(ids);
  expect(await desk.workOff()).toEqual(ids);
});

test("BullMQ's own tools see what waits, runs and failed", async () => {
  const redis = await server();
  const { desk, queue, prefix } = await openDesk(redis);
  await desk.publish(["dead", "runs", "waits"]);
  await desk.publish("late", { notBefore: Date.now() + 60_000 });
  await desk.publish("low", { priority: -3 });
  await queue.deadLetter(await desk.take(), "rejected", "no such customer");
  await desk.take();
  const tools = new Queue("orders", { prefix: `{${prefix}}`, connection: { port: redis.port } });
  onTestFinished(() => tools.close());
  expect(await tools.getJobCounts()).toMatchObject({ active: 1, delayed: 1, failed: 1, prioritized: 1, waiting: 1 });
  const [failed] = await tools.getFailed();
  expect([failed?.name, failed?.failedReason, failed?.data.id]).toEqual(["mail.received", "no such customer", "dead"]);
});

test("nothing of finished tasks is left but as many ids as are to be remembered", async () => {
  const redis = await server();
  const { desk, prefix } = await openDesk(redis, { ...lasting, rememberFinished: 3 });
  await desk.publish(["a1", "a2"], { orderKey: "a", group: "g", priority: 4 });
  await desk.publish(["b", "c", "d"]);
  await desk.workOff();
  const client = clientOf(redis);
  const keys = (await client.keys(`{${prefix}}*`)).map((key) => key.slice(prefix.length + 10)).sort();
  expect(keys).toEqual(["events", "rt:finished", "rt:mark", "rt:seq", expect.stringMatching(/^rt:trail:/)]);
  expect(await client.zcard(`{${prefix}}:orders:rt:finished`)).toBe(3);
});

test("a withdrawal neither frees nor doubles a task that its full group holds back", async () => {
  const redis = await server();
  const { desk, queue } = await openDesk(redis);
  await desk.publish("runs", { group: "g" });
  await desk.publish("parked", { group: "g", orderKey: "k" });
  await desk.publish("behind", { orderKey: "k", source: "lost" });
  const runs = await desk.take();
  expect(await desk.tryTake()).toBeUndefined();
  await queue.withdraw("lost");
  expect(await desk.tryTake()).toBeUndefined();
  await queue.ack(runs);
  expect(await desk.workOff()).toEqual(["parked"]);
});

test("a withdrawal out of thousands of tasks leaves the others in their order", async () => {
  const redis = await server();
  const { queue } = await openDesk(redis, { ...lasting, capacity: 6_000 });
  const ids = Array.from({ length: 6_000 }, (_, n) => `t${n}`);
  const task = (id: string, n: number) => {
    const place = n < 3_000 ? {} : { orderKey: "k" };
    return sampleTask(id, { ...place, source: n % 2 === 0 ? "kept" : "lost" });
  };
  await Promise.all(ids.map((id, n) => queue.publish(task(id, n))));
  await queue.withdraw("lost");
  expect(queue.stats().waiting).toBe(3_000);
  const consumer = queue.consume({ signal: new AbortController().signal, concurrency: 1 });
  const done: string[] = [];
  while (done.length < 3_000) {
    const { value } = await consumer.next();
    if (value === undefined) break;
    done.push(value.task.id);
    await queue.ack(value);
  }
  expect(done).toEqual(ids.filter((_, n) => n % 2 === 0));
});

test("large tasks are stored and handed out, however many come at once", async () => {
  const redis = await server();
  const { desk, queue } = await openDesk(redis);
  const text = "x".repeat(900_000);
  const ids = Array.from({ length: 12 }, (_, n) => `t${n}`);
  await Promise.all(ids.map((id) => queue.publish(sampleTask(id, { payload: { text } }))));
  const consumer = queue.consume({ signal: new AbortController().signal, concurrency: 12 });
  const taken = await Promise.all(ids.map(() => consumer.next()));
  expect(taken.map(({ value }) => value?.task.id).sort()).toEqual([...ids].sort());
  await Promise.all(taken.map(({ value }) => value !== undefined && queue.ack(value)));
  expect(await desk.workOff()).toEqual([]);
});

test("what was fetched ahead for workers that leave is handed to others at once", async () => {
  const redis = await server();
  const { desk, queue } = await openDesk(redis);
  const ids = Array.from({ length: 300 }, (_, n) => `t${n}`);
  await Promise.all(ids.map((id) => queue.publish(sampleTask(id))));
  const leaving = new AbortController();
  const consumer = queue.consume({ signal: leaving.signal, concurrency: 8 });
  const done: string[] = [];
  const worker = async () => {
    for (let next = await consumer.next(); next.done !== true; next = await consumer.next()) {
      done.push(next.value.task.id);
      if (done.length === 150) leaving.abort();
      await queue.ack(next.value);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await desk.clock.advance(0);
  expect(queue.stats()).toMatchObject({ leased: 0, waiting: 300 - done.length });
  expect([...done, ...(await desk.workOff())].sort()).toEqual([...ids].sort());
});

test("a task that was fetched for nobody keeps its count of crashes", async () => {
  const redis = await server();
  const { desk, queue, clock } = await openDesk(redis, { ...lasting, leaseMs: 300 });
  await desk.publish("a");
  await desk.take();
  await clock.advance(400);
  const leaving = new AbortController();
  const asked = queue.consume({ signal: leaving.signal, concurrency: 1 }).next();
  setImmediate(() => leaving.abort()); // it has been asked for, and is on its way
  expect((await asked).done).toBe(true);
  await clock.advance(100); // by now it has gone back
  expect((await desk.take()).crashes).toBe(1);
});

test("a task whose hand-out was lost on the way is handed out again at once, and nobody crashed", async () => {
  const redis = await server();
  const proxy = await TcpProxy.to({ host: redis.host, port: redis.port });
  onTestFinished(() => proxy.stop());
  const { desk } = await openDesk(redis, lasting, "test");
  await desk.publish("a");
  const queue = newQueue({ port: proxy.port });
  await queue.open();
  const lost = Promise.withResolvers<void>();
  proxy.rewrite((text, direction) => {
    if (direction === "from_client" || !text.includes("mail.received")) return text;
    lost.resolve();
    return "";
  });
  const next = queue.consume({ signal: new AbortController().signal, concurrency: 1 }).next();
  await lost.promise;
  proxy.cutNow();
  proxy.pass();
  const { value } = await next;
  expect([value?.task.id, value?.crashes]).toEqual(["a", 0]);
});
