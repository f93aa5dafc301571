import { setTimeout as delay } from "node:timers/promises";
import { fastLimits } from "../bot_config.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import { Scene } from "../scene.ts";
import { SeededRandom } from "../seeded_random.ts";
import { pickFault, type SoakFault } from "../soak/soak_faults.ts";
import { SoakedBot } from "../soak/soaked_bot.ts";
import { VitalSigns } from "../soak/vital_signs.ts";
import { until } from "../until.ts";

const defaultMinutes = 60;
const defaultRate = 5;
const minuteMs = 60_000;
const signEveryMs = 5_000;
/** Between two faults, and the least one lasts. */
const gapMs = { least: 3_000, most: 20_000 };
const leastFaultMs = 1_000;
/** A dead connection is noticed after 160 s, and a refused confirmation is tried again after half a minute. */
const restLimitMs = 400_000;
/** Nothing grows: what a long run may end with, compared to its beginning. */
const flatRss = { factor: 1.3, moreMb: 30 };
const flatDescriptors = 10;
/** Shorter ones say nothing about growth. */
const leastMinutesForGrowth = 10;

/** Hours of mail and random faults; Ctrl-C ends it in order, with a judgement of what was. */
export const soak: Drill = {
  name: "soak",
  question: "Does it stand hours of mail and random faults with nothing lost or doubled, and no growth?",
  long: true,
  run: ({ signal, ...options }) => {
    const inbox = { pollInterval: "5s", ...(options.fast ? { ...fastLimits, rescanInterval: "2s" } : {}) };
    return Scene.play({ drill: "soak", options, config: { sources: { inbox } } }, (scene) =>
      soakThrough(scene, options, signal),
    );
  },
};

async function soakThrough(scene: Scene, options: DrillOptions, interrupt: AbortSignal | undefined): Promise<void> {
  const { minutes = defaultMinutes, rate = defaultRate, say } = options;
  const bot = new SoakedBot(scene);
  await bot.ready();
  const time = AbortSignal.timeout(minutes * minuteMs);
  const over = interrupt === undefined ? time : AbortSignal.any([time, interrupt]);
  const signs = new VitalSigns();
  const counts = new Map<string, number>();
  const startedAt = performance.now();
  await Promise.all([
    every(1000 / rate, over, () => bot.deliver()),
    every(signEveryMs, over, () => signs.take(bot.pid)),
    every(minuteMs, over, () => say(progressOf(scene, signs, counts, startedAt))),
    breakThings(bot, options, counts, over, interrupt),
  ]);
  await comeToRest(bot, interrupt);
  noteFigures(bot, signs, counts, (performance.now() - startedAt) / minuteMs);
  if (minutes >= leastMinutesForGrowth) promiseNoGrowth(scene, signs);
}

/** One fault after another, as the seed says. */
async function breakThings(
  bot: SoakedBot,
  { seed }: DrillOptions,
  counts: Map<string, number>,
  over: AbortSignal,
  interrupt: AbortSignal | undefined,
): Promise<void> {
  const random = new SeededRandom(seed);
  while (!over.aborted) {
    const [fault, waitMs] = [pickFault(random), random.between(gapMs.least, gapMs.most)];
    const lastsMs = fault.maxMs === undefined ? 0 : random.between(leastFaultMs, fault.maxMs);
    if (await pauseUnless(over, waitMs)) return;
    reviveIfDead(bot, interrupt);
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    await suffer(bot, fault, random, lastsMs, over);
  }
}

/** A bot that cannot be asked, because it boots, is no failure of it. */
async function suffer(
  bot: SoakedBot,
  fault: SoakFault,
  random: SeededRandom,
  lastsMs: number,
  over: AbortSignal,
): Promise<void> {
  await bot.ready().catch(() => undefined);
  await fault.begin(bot, random);
  await pauseUnless(over, lastsMs);
  await fault.end?.(bot);
}

/** A Ctrl-C reaches the bot, too; otherwise it must not end by itself. */
function reviveIfDead(bot: SoakedBot, interrupt: AbortSignal | undefined): void {
  const end = bot.revive();
  if (end !== undefined && interrupt?.aborted !== true) bot.scene.broken.push(`The bot ended by itself (${end})`);
}

async function comeToRest(bot: SoakedBot, interrupt: AbortSignal | undefined): Promise<void> {
  const { scene } = bot;
  scene.wire.clear();
  scene.imap.pass();
  await until("Rest at the end", restLimitMs, async () => {
    reviveIfDead(bot, interrupt);
    return (await scene.isQuiet()) || (await delay(500, false));
  });
}

function progressOf(scene: Scene, signs: VitalSigns, counts: Map<string, number>, startedAt: number): string {
  const faults = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const minutes = Math.round((performance.now() - startedAt) / minuteMs);
  const { rssMb, descriptors } = signs.last ?? {};
  const mails = `${scene.mails.length} mails, ${scene.ordered} ordered, ${scene.sink.taken.length} confirmed`;
  return `${minutes} min: ${mails}, ${faults} faults, ${rssMb} MB, ${descriptors} descriptors`;
}

function noteFigures(bot: SoakedBot, signs: VitalSigns, counts: Map<string, number>, minutes: number): void {
  const waits = bot.waits.toSorted((a, b) => a - b);
  const waitAt = (share: number) => Math.round((waits[Math.floor((waits.length - 1) * share)] ?? 0) * 100) / 100;
  Object.assign(bot.scene.figures, {
    minutes: Math.round(minutes * 10) / 10,
    waitP50S: waitAt(0.5),
    waitP99S: waitAt(0.99),
    waitMaxS: waitAt(1),
    connections: bot.scene.imap.accepted,
    openAtEnd: bot.scene.imap.open,
    processes: bot.starts,
    ...Object.fromEntries(counts),
  });
  for (const name of ["rssMb", "descriptors"] as const) {
    const trend = signs.trendOf(name);
    if (trend !== undefined) {
      const { first, last, perHour } = trend;
      Object.assign(bot.scene.figures, { [`${name}First`]: first, [`${name}Last`]: last, [`${name}PerHour`]: perHour });
    }
  }
}

function promiseNoGrowth(scene: Scene, signs: VitalSigns): void {
  const [rss, descriptors] = [signs.trendOf("rssMb"), signs.trendOf("descriptors")];
  if (rss === undefined || descriptors === undefined) return;
  const mostMb = rss.first * flatRss.factor + flatRss.moreMb;
  scene.promise(rss.last <= mostMb, `Memory grew from ${rss.first} to ${rss.last} MB`);
  const words = `Open descriptors grew from ${descriptors.first} to ${descriptors.last}`;
  scene.promise(descriptors.last <= descriptors.first + flatDescriptors, words);
}

async function every(ms: number, over: AbortSignal, act: () => void): Promise<void> {
  while (!(await pauseUnless(over, ms))) act();
}

/** Whether it is over. */
async function pauseUnless(over: AbortSignal, ms: number): Promise<boolean> {
  await delay(ms, undefined, { signal: over }).catch(() => undefined);
  return over.aborted;
}
