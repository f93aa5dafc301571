import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../support/free_port.ts";
import { eventually } from "../../support/source_desk.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { post } from "./open_webhook.ts";

const deliveries = Array.from({ length: 300 }, (_, n) => `delivery-${n}`);
const killedAfter = [40, 110, 200];
const senders = 8;

test.each(["memory", "sqlite"])(
  "a queue in %s: of what was answered with success nothing is lost, and nothing is done twice, however often it is killed",
  async (queue) => {
    const dataDir = tempDir();
    const port = await freePort();
    let program = start(dataDir, port, queue);
    onTestFinished(() => void program.kill("SIGKILL"));
    const told = new Set<string>();
    const kills = [...killedAfter];

    /** As senders do: again and again until it is told that it was taken. */
    const send = async (name: string) => {
      for (;;) {
        const status = await statusOf(port, name);
        if (status === 200 || status === 202) break;
        expect([undefined, 503]).toContain(status);
        await sleep(20);
      }
      told.add(name);
      if (told.size >= (kills[0] ?? Number.POSITIVE_INFINITY)) {
        kills.shift();
        program.kill("SIGKILL");
        program = start(dataDir, port, queue);
      }
      // Some come twice, as deliveries do.
      if (told.size % 10 === 0) await statusOf(port, name);
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

function start(dataDir: string, port: number, queue: string): ChildProcess {
  const program = fileURLToPath(new URL("./webhook_program.ts", import.meta.url));
  return spawn(process.execPath, [program, dataDir, String(port), queue], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Undefined when nobody answers. */
async function statusOf(port: number, name: string): Promise<number | undefined> {
  const url = `http://127.0.0.1:${port}/hook`;
  const answer = await post(url, JSON.stringify({ item: name }), { "webhook-id": name }).catch(() => undefined);
  return answer?.status;
}

function booked(dataDir: string): readonly string[] {
  using database = new DatabaseSync(join(dataDir, "journal.sqlite"), { readOnly: true });
  return database
    .prepare("SELECT item FROM booking")
    .all()
    .map(({ item }) => String(item));
}

function unfinished(dataDir: string): number {
  using database = new DatabaseSync(join(dataDir, "journal.sqlite"), { readOnly: true });
  const row = database.prepare("SELECT count(*) AS n FROM journal WHERE state <> 'done'").get();
  return Number(row?.n);
}
