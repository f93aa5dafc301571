import { setTimeout as delay } from "node:timers/promises";
import type { Drill, DrillOptions } from "../drill.ts";
import type { Faults } from "../faults.ts";
import { openBacking } from "../queue_faults/queue_backing.ts";
import { Scene } from "../scene.ts";
import { SeededRandom } from "../seeded_random.ts";
import { until } from "../until.ts";

const faults: Faults = { beforeMs: 100, afterMs: 20 };
const quietLimitMs = 120_000;

/** Redis keeps nothing on disk, and dies with a queue full of mails. */
export const queueForgets: Drill = {
  name: "queue-forgets",
  question: "Is every mail ordered once although Redis forgets the queue, without a restart of the bot?",
  run: async (options) => {
    await using backing = await openBacking("bullmq", { persistence: "none" });
    const config = { queues: { orders: backing.config }, workers: { orders: { concurrency: 4 } } };
    return await Scene.play({ drill: "queue-forgets", options, config }, async (scene) => {
      const { redis } = backing;
      if (redis === undefined) throw new TypeError("This drill needs Redis.");
      await forgetInRounds(scene, options, async () => {
        await redis.kill();
        await redis.start();
      });
    });
  },
};

async function forgetInRounds(
  scene: Scene,
  { rounds = 5, mails = 60, seed, say }: DrillOptions,
  forget: () => Promise<void>,
): Promise<void> {
  const random = new SeededRandom(seed);
  const bot = scene.startBot({ faults });
  await bot.ready();
  for (let round = 1; round <= rounds; round += 1) {
    const before = scene.ordered;
    scene.deliver(mails);
    await until("Mails in the queue", quietLimitMs, () => scene.ordered > before);
    await delay(random.between(0, 500));
    await forget();
    const at = performance.now();
    await scene.quiet(quietLimitMs);
    scene.recovery.took(Math.round(performance.now() - at));
    say(
      `round ${round} of ${rounds}: ${scene.ordered} orders, at rest ${scene.recovery.lastMs} ms after Redis was back`,
    );
  }
  scene.promiseSaid("log", /lost what it held/);
  await bot.stop();
}
