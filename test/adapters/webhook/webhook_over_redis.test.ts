import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../support/free_port.ts";
import { type Redis, startRedis } from "../../support/redis.ts";
import { eventually } from "../../support/source_desk.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { booked, deliver, startHooks, unfinished } from "./hooks_in_process.ts";

const limitMs = 60_000;

/** A webhook whose queue is on a Redis of its own that keeps a log. */
async function openDesk(more: { readonly capacity?: number } = {}) {
  const redis: Redis = await startRedis({ persistence: "aof", directives: ["appendfsync always"] });
  onTestFinished(() => redis.stop());
  const [dataDir, port] = [tempDir(), await freePort()];
  const queue = { adapter: "bullmq", redis: { port: redis.port }, ...more };
  let program: ChildProcess | undefined;
  const kill = async () => {
    if (program === undefined || program.exitCode !== null || program.signalCode !== null) return;
    program.kill("SIGKILL");
    await once(program, "close");
  };
  onTestFinished(kill);
  const send = (name: string) => deliver(port, name);
  return {
    redis,
    dataDir,
    send,
    kill,
    start: (options: { readonly hold?: boolean } = {}) => {
      program = startHooks({ dataDir, port, queue, ...options });
    },
    /** As a sender does, until it is taken. */
    insist: (name: string) =>
      eventually(async () => expect([200, 202]).toContain((await send(name))?.status), limitMs / 3),
  };
}

test("a full queue is answered with 503, and a restart knows what was taken before", { timeout: limitMs }, async () => {
  const desk = await openDesk({ capacity: 2 });
  desk.start({ hold: true });
  await desk.insist("a");
  await desk.insist("b");

  const refused = await desk.send("c");
  expect(refused).toMatchObject({
    status: 503,
    headers: { "retry-after": "5" },
    json: { code: "WEBHOOK_UNAVAILABLE", detail: expect.stringContaining("The queue is full.") },
  });
  expect((await desk.send("a"))?.status).toBe(200);

  await desk.kill();
  desk.start();
  await desk.insist("c");
  expect((await desk.send("b"))?.status).toBe(200);
  await eventually(() => expect(unfinished(desk.dataDir)).toBe(0), limitMs / 3);
  expect(booked(desk.dataDir).toSorted()).toEqual(["a", "b", "c"]);
});

test("while Redis is away nobody is told that it was taken, and afterwards each is done once", {
  timeout: limitMs,
}, async () => {
  const desk = await openDesk();
  desk.start();
  await desk.insist("a");

  await desk.redis.kill();
  const answers = await Promise.all(["b", "c"].map((name) => desk.send(name)));
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": expect.stringMatching(/^(5|30)$/) } });
    expect(answer?.json.detail).not.toContain("127.0.0.1");
  }

  await desk.redis.start();
  for (const name of ["b", "c", "d"]) await desk.insist(name);
  await eventually(() => expect(unfinished(desk.dataDir)).toBe(0), limitMs / 3);
  expect(booked(desk.dataDir).toSorted()).toEqual(["a", "b", "c", "d"]);
});

test("a sender waits at most ten seconds for a Redis that hangs", { timeout: limitMs }, async () => {
  const desk = await openDesk();
  desk.start();
  await desk.insist("a");

  desk.redis.freeze();
  const askedAt = performance.now();
  const answer = await desk.send("b");
  expect(answer?.status).toBe(503);
  expect(performance.now() - askedAt).toBeLessThan(10_000);

  desk.redis.thaw();
  await desk.insist("b");
  await eventually(() => expect(unfinished(desk.dataDir)).toBe(0), limitMs / 3);
  expect(booked(desk.dataDir).toSorted()).toEqual(["a", "b"]);
});
