import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { BotProcess } from "../../drill/bot_process.ts";
import type { DrillOptions } from "../../drill/drill.ts";
import { twoRuntimes } from "../../drill/drills/two_runtimes.ts";
import { Scene } from "../../drill/scene.ts";
import { until } from "../../drill/until.ts";
import { freePort } from "../support/free_port.ts";

const limitMs = 120_000;
const waitMs = 20_000;
const lease = "1500ms";
const standby = { platform: { sharing: { mode: "standby", lease } } };

function quickly(overrides: Partial<DrillOptions> = {}): DrillOptions {
  const seed = Math.floor(Math.random() * 100_000);
  return { seed, fast: true, slackMs: 2_000, keep: false, say: () => undefined, ...overrides };
}

/** A mailbox, and a runtime that works it. */
async function playWithHolder(
  act: (scene: Scene, parts: Awaited<ReturnType<typeof openTwo>>) => Promise<void>,
): Promise<void> {
  const options = quickly();
  const result = await Scene.play({ drill: "two-runtimes-test", options, config: standby }, async (scene) =>
    act(scene, await openTwo(scene)),
  );
  expect(result.broken).toEqual([]);
}

async function openTwo(scene: Scene) {
  const holder = scene.startBot();
  await holder.ready();
  const controlPort = await freePort();
  const second = scene.startBot({ controlPort, settings: [`platform.control.port=${controlPort}`] });
  await second.ready();
  return { holder, second };
}

test("killed, stopped and told to end in turn, they lose no mail and take none twice", {
  timeout: limitMs,
}, async () => {
  const options = quickly({ rounds: 3, mails: 12 });
  const { lost, duplicatedEffects, broken } = await twoRuntimes.run(options);
  const message = `npm run drill -- two-runtimes --fast --seed ${options.seed}`;
  expect({ lost, duplicatedEffects, broken }, message).toEqual({ lost: 0, duplicatedEffects: 0, broken: [] });
});

test("a runtime that stands by shows the dead letters, and leaves their fate to the holder", {
  timeout: limitMs,
}, async () => {
  await playWithHolder(async (scene, { holder, second }) => {
    scene.deliver(2);
    await scene.quiet(waitMs);
    const id = buryOne(scene);
    await holder.stop();
    await until("A takeover", waitMs, async () => (await sourceOf(second)).state === "running");
    const third = scene.startBot();
    await third.ready();

    const shown = async (bot: BotProcess) => (await bot.control.deadLetters("orders")).map(({ task }) => task.id);
    expect(await shown(third)).toEqual([id]);
    expect(await third.control.retryDeadLetter("orders", id)).toBe(409);
    expect(await shown(third)).toEqual([id]);

    expect(await second.control.retryDeadLetter("orders", id)).toBe(200);
    await scene.quiet(waitMs);
    expect(await shown(third)).toEqual([]);
  });
});

test("a holder and one that stands by are one for the mail server: the second does not even log in", {
  timeout: limitMs,
}, async () => {
  await playWithHolder(async (scene, { second }) => {
    expect(logins(scene)).toBe(1);
    scene.deliver(3);
    await scene.quiet(waitMs);
    expect((await sourceOf(second)).state).toBe("standby");
    expect(logins(scene)).toBe(1);
  });
});

test("a runtime that wants the directory for itself is refused, while others share it", {
  timeout: limitMs,
}, async () => {
  await playWithHolder(async (scene) => {
    const controlPort = await freePort();
    const settings = [`platform.control.port=${controlPort}`, "platform.sharing.mode=exclusive"];
    const third = scene.startBot({ controlPort, settings });
    expect(await third.ended(waitMs)).toMatchObject({ code: 75 });
    expect(third.errors).toContain("platform.sharing.mode: standby");
  });
});

test("one that cannot take over, because somebody holds the database locked, says so and fails", {
  timeout: 2 * limitMs,
}, async () => {
  await playWithHolder(async (scene, { holder, second }) => {
    using locker = new DatabaseSync(join(scene.directory, "data", "journal.sqlite"), { timeout: 5_000 });
    locker.exec("BEGIN IMMEDIATE");
    await scene.kill(holder);

    const patienceMs = 3 * waitMs; // SQLite waits for the lock, again and again
    const check = async () => (await second.control.health())?.checks["source:inbox"]?.[0];
    await until("A check that fails", patienceMs, async () => (await check())?.status === "fail");
    expect((await check())?.output).toMatch(/^Stands by, and could not take over now: Another program holds/);

    locker.exec("ROLLBACK");
    await until("A takeover", patienceMs, async () => (await sourceOf(second)).state === "running");
  });
});

test("a pause of the mailbox holds after a takeover", { timeout: limitMs }, async () => {
  await playWithHolder(async (scene, { holder, second }) => {
    const paused = await fetch(`http://127.0.0.1:${scene.controlPort}/sources/inbox/pause`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(paused.status).toBe(200);
    await holder.stop();
    await until(
      "A takeover",
      waitMs,
      async () => (await second.control.status())?.sources[0]?.status.state === "paused",
    );
  });
});

async function sourceOf(bot: BotProcess) {
  const status = await bot.control.status();
  return status?.sources[0]?.status ?? { state: "unknown" };
}

/** As if its handler had rejected it. */
function buryOne(scene: Scene): string {
  using database = new DatabaseSync(join(scene.directory, "data", "journal.sqlite"), { timeout: 5_000 });
  const row = database
    .prepare(
      "UPDATE journal SET state = 'dead', reason = 'rejected', attempts = 1 WHERE position = 1 RETURNING task_id",
    )
    .get();
  return String(row?.task_id);
}

function logins(scene: Scene): number {
  return scene.server.log().match(/Info: Login: /g)?.length ?? 0;
}
