import { setTimeout as delay } from "node:timers/promises";
import type { BotProcess } from "../bot_process.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import type { Faults } from "../faults.ts";
import { Scene } from "../scene.ts";
import { SeededRandom } from "../seeded_random.ts";
import { until } from "../until.ts";
import { killedByOneMail } from "./kill_me.ts";

/** So many SIGKILLs, and up to two more, hit a full round while it has work left. */
const killsPerRound = 5;
const fullRound = 50;
const killsOfShortRound = 3;
const concurrency = 2;
/** Handlers are so slow that a round lasts longer than its kills ... */
const roundMs = 4_000;
/** ... and quick against the time between two of them: a mail that is in hand at five deaths is given up, by design. */
const slowestMs = 400;
const afterMs = 40;
/** A kill hits the boot this often; else it comes within so many milliseconds after it. */
const bootShare = 0.25;
const bootMs = 600;
const workMs = 1_200;
const quietLimitMs = 60_000;
const bootLimitMs = 15_000;
const isRunning = /and is running/;

/** Where kills hit. */
interface Hits {
  boot: number;
  smtp: number;
  work: number;
}

/** SIGKILL at random moments, restart at once, again and again. */
export const kill: Drill = {
  name: "kill",
  question: "Is every mail ordered, confirmed and marked once, however often the process is killed?",
  run: (options) => {
    const config = { workers: { orders: { concurrency } } };
    return Scene.play({ drill: "kill", options, config, smtpHoldMs: 40 }, (scene) => killInRounds(scene, options));
  },
};

async function killInRounds(scene: Scene, options: DrillOptions): Promise<void> {
  const { rounds = 10, mails = 50, seed, say } = options;
  const random = new SeededRandom(seed);
  const hits: Hits = { boot: 0, smtp: 0, work: 0 };
  const faults: Faults = { beforeMs: Math.min(slowestMs, (roundMs * concurrency) / mails - afterMs), afterMs };
  for (let round = 1; round <= rounds; round += 1) {
    scene.deliver(mails);
    const kills = mails < fullRound ? killsOfShortRound : killsPerRound + random.between(0, 2);
    let bot = scene.startBot({ faults });
    for (let n = 1; n <= kills; n += 1) {
      await randomMoment(bot, random);
      if (await scene.isQuiet()) scene.deliver(mails); // a kill at rest proves little
      bot = await killAndRestart(scene, bot, hits, faults);
    }
    await scene.quiet(quietLimitMs);
    await scene.kill(bot); // at rest, too
    say(
      `round ${round} of ${rounds}: ${kills} kills, ${scene.ordered} orders, ${scene.sink.taken.length} confirmations`,
    );
  }
  const { deaths } = scene;
  Object.assign(scene.figures, {
    kills: deaths.length,
    duringBoot: hits.boot,
    duringSmtp: hits.smtp,
    duringWork: hits.work,
  });
  const bot = scene.startBot();
  await bot.ready();
  await scene.quiet(quietLimitMs);
  await bot.stop();
  await killedByOneMail(scene);
}

/** While it boots, or while it works. */
async function randomMoment(bot: BotProcess, random: SeededRandom): Promise<void> {
  if (random.next() < bootShare) return await delay(random.between(50, bootMs));
  await until("A bot that runs", bootLimitMs, () => bot.heard(isRunning));
  await delay(random.between(0, workMs));
}

/** The time to recovery ends with the first mail that is decided again. */
async function killAndRestart(scene: Scene, bot: BotProcess, hits: Hits, faults: Faults): Promise<BotProcess> {
  const booting = bot.heard(isRunning) === undefined;
  if (booting) hits.boot += 1;
  else if (scene.sink.deciding > 0) hits.smtp += 1;
  else hits.work += 1;
  await scene.kill(bot);
  const killedAt = Date.now();
  const next = scene.startBot({ faults });
  next.onLine((entry) => {
    if (entry.code !== "MAIL_DECIDED") return false;
    scene.recovery.took(Date.parse(entry.time) - killedAt);
    return true;
  });
  return next;
}
