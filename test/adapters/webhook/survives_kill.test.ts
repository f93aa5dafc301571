import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../support/free_port.ts";
import { startRedis } from "../../support/redis.ts";
import { eventually } from "../../support/source_desk.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { booked, deliver, startHooks, unfinished } from "./hooks_in_process.ts";

const deliveries = Array.from({ length: 300 }, (_, n) => `delivery-${n}`);
const killedAfter = [40, 110, 200];
const senders = 8;

test.each(["memory", "sqlite", "bullmq"])(
  "a queue in %s: of what was answered with success nothing is lost, and nothing is done twice, however often it is killed",
  async (adapter) => {
    const dataDir = tempDir();
    const port = await freePort();
    const queue = { adapter, ...(adapter === "bullmq" && { redis: { port: await redisPort() } }) };
    const start = () => startHooks({ dataDir, port, queue });
    let program = start();
    onTestFinished(() => void program.kill("SIGKILL"));
    const told = new Set<string>();
    const kills = [...killedAfter];

    /** As senders do: again and again until it is told that it was taken. */
    const send = async (name: string) => {
      for (;;) {
        const status = (await deliver(port, name))?.status;
        if (status === 200 || status === 202) break;
        expect([undefined, 503]).toContain(status);
        await sleep(20);
      }
      told.add(name);
      if (told.size >= (kills[0] ?? Number.POSITIVE_INFINITY)) {
        kills.shift();
        program.kill("SIGKILL");
        program = start();
      }
      // Some come twice, as deliveries do.
      if (told.size % 10 === 0) await deliver(port, name);
    };
    const waiting = deliveries.values();
    await Promise.all(
      Array.from({ length: senders }, async () => {
        for (const name of waiting) await send(name);
      }),
    );

    expect(kills).toEqual([]);
    await eventually(() => expect(booked(dataDir).length).toBeGreaterThanOrEqual(deliveries.length), 20_000);
    await eventually(() => expect(unfinished(dataDir)).toBe(0), 20_000);
    program.kill("SIGKILL");
    await once(program, "close");
    expect(booked(dataDir).toSorted()).toEqual(deliveries.toSorted());
  },
  60_000,
);

async function redisPort(): Promise<number> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis.port;
}
