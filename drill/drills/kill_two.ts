import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../test/support/free_port.ts";
import type { BotProcess } from "../bot_process.ts";
import type { Drill, DrillFamily, DrillOptions } from "../drill.ts";
import type { Faults } from "../faults.ts";
import { type BackingName, openBacking } from "../queue_faults/queue_backing.ts";
import { Scene } from "../scene.ts";
import { SeededRandom } from "../seeded_random.ts";
import { until } from "../until.ts";

const family: DrillFamily = {
  name: "kill-two",
  question:
    "Is every mail ordered, confirmed and marked once, when two bots share a queue and either is killed at any time?",
  columns: ["kills", "decided"],
  sideBySide: () => 1,
};

/** Handlers that take their time, so that whoever is killed has mails in hand. */
const faults: Faults = { beforeMs: 150, afterMs: 40 };
const bootLimitMs = 60_000;
const quietLimitMs = 120_000;
const isRunning = /and is running/;

/** On each queue that processes can share. */
export const killTwo: readonly Drill[] = (["sqlite", "bullmq"] as const).map((queue) => ({
  name: `kill-two:${queue}`,
  question: family.question,
  family,
  run: (options) => onQueue(queue, options),
}));

async function onQueue(queue: BackingName, options: DrillOptions) {
  await using backing = await openBacking(queue, {});
  const lease = options.fast ? { lease: "2s" } : {};
  const config = {
    platform: { sharing: { mode: "standby", lease: "3s" } },
    queues: { orders: { ...backing.config, ...lease } },
    workers: { orders: { concurrency: 4, maxCrashes: 20 } },
  };
  const drill = `kill-two-${queue}`;
  return await Scene.play({ drill, options, config, smtpHoldMs: 20 }, (scene) => killInRounds(scene, options));
}

async function killInRounds(scene: Scene, { rounds = 5, mails = 40, seed, say }: DrillOptions): Promise<void> {
  const random = new SeededRandom(seed);
  const ports = [scene.controlPort, await freePort()] as const;
  const decided = [0, 0];
  const start = (n: 0 | 1) => {
    const controlPort = ports[n];
    const bot = scene.startBot({ faults, controlPort, settings: [`platform.control.port=${controlPort}`] });
    bot.onLine(({ code }) => {
      if (code === "MAIL_DECIDED") decided[n] = (decided[n] ?? 0) + 1;
      return false;
    });
    return bot;
  };
  const bots: [BotProcess, BotProcess] = [start(0), start(1)];
  for (let round = 1; round <= rounds; round += 1) {
    for (const bot of bots) await until("A bot that runs", bootLimitMs, () => bot.heard(isRunning));
    for (let kill = 0; kill < 3; kill += 1) {
      scene.deliver(Math.ceil(mails / 3));
      const victim = random.between(0, 1) === 0 ? 0 : 1;
      await until("A bot that runs", bootLimitMs, () => bots[victim].heard(isRunning));
      await delay(random.between(0, 1_500));
      await scene.kill(bots[victim]);
      bots[victim] = start(victim);
    }
    const at = performance.now();
    await scene.quiet(quietLimitMs);
    scene.recovery.took(Math.round(performance.now() - at));
    say(
      `round ${round} of ${rounds}: ${scene.ordered} orders, at rest ${scene.recovery.lastMs} ms after the last kill`,
    );
  }
  scene.figures.kills = scene.deaths.length;
  scene.figures.decided = decided.join(" + ");
}
