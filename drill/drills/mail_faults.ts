import { setTimeout as delay } from "node:timers/promises";
import { type ConfigTree, fastLimits } from "../bot_config.ts";
import type { BotProcess } from "../bot_process.ts";
import type { Drill, DrillFamily, DrillOptions } from "../drill.ts";
import { changes } from "../mail_faults/changes.ts";
import { cuts } from "../mail_faults/cuts.ts";
import { HealthWatch, sourceHealth } from "../mail_faults/health_watch.ts";
import type { FaultAct, Lasting, MailFault, Mode } from "../mail_faults/mail_fault.ts";
import { refusals } from "../mail_faults/refusals.ts";
import { silences } from "../mail_faults/silences.ts";
import type { MailServerName } from "../mail_server.ts";
import { Scene } from "../scene.ts";
import { until } from "../until.ts";

const family: DrillFamily = {
  name: "mail-faults",
  question: "Is nothing lost or doubled, and all well within a minute, whatever happens while mail is taken in?",
  columns: ["health", "orderedMeanwhileS", "open", "reconnects"],
  sideBySide: ({ fast }) => (fast ? 3 : 6),
};

const mailsEach = 3;
/** From the end of a fault until everything is as it should be. */
const promisedRecoveryMs = 60_000;
/** With the product's limits a dead connection is noticed after 160 s, and mails are looked for each minute. */
const strikeLimitMs = 120_000;
const lastingLimitMs = 240_000;
const recoveryLimitMs = 200_000;
const stopLimitMs = 35_000;
/** Some boot at the same time. */
const readyLimitMs = 60_000;

/** Each row on each server in each mode. */
export const mailFaults: readonly Drill[] = [...cuts, ...silences, ...refusals, ...changes].flatMap((fault) =>
  (fault.servers ?? (["dovecot", "dev_mail_server"] as const)).flatMap((server) =>
    (fault.modes ?? (["poll", "idle"] as const)).map((mode) => drillOf(fault, server, mode)),
  ),
);

function drillOf(fault: MailFault, server: MailServerName, mode: Mode): Drill {
  const name = `${fault.name}:${server}:${mode}`;
  return {
    name,
    question: family.question,
    family,
    run: (options) => {
      const config = { sources: { inbox: { mode, ...limitsFor(options), ...fault.source?.(options.fast) } } };
      const folder = fault.folder === undefined ? {} : { folder: fault.folder };
      const scene = { drill: name.replaceAll(":", "-"), options, config, server, ...folder };
      return Scene.play(scene, (stage) => play(stage, fault, mode, options));
    },
  };
}

function limitsFor({ fast }: DrillOptions): ConfigTree {
  return fast ? { ...fastLimits, rescanInterval: "2s", refusedWait: "2s" } : { pollInterval: "30s" };
}

/** Mails arrive before, during and after the fault. */
async function play(scene: Scene, fault: MailFault, mode: Mode, options: DrillOptions): Promise<void> {
  const { mails = mailsEach, slackMs } = options;
  if (fault.folder !== undefined) await scene.server.createFolder();
  scene.deliver(mails);
  const bot = scene.startBot(fault.faults === undefined ? {} : { faults: fault.faults });
  await bot.ready(readyLimitMs);
  await scene.quiet(recoveryLimitMs);
  const connectionsBefore = scene.imap.accepted;
  const health = new HealthWatch(bot);
  try {
    await letHappen(scene, fault, { scene, bot, mode }, health, options);
    scene.deliver(mails);
    await recovered(scene, bot);
    noteFigures(scene, health, connectionsBefore);
    const { lastMs } = scene.recovery;
    scene.promise(lastMs <= promisedRecoveryMs + slackMs, `It took ${lastMs} ms until all was well again`);
    scene.promise(scene.imap.open <= 1, `${scene.imap.open} connections are open at the end`);
  } finally {
    await health.stop();
  }
  await bot.stop(stopLimitMs);
  await until("The end of all connections", stopLimitMs, () => scene.imap.open === 0);
}

async function letHappen(
  scene: Scene,
  fault: MailFault,
  act: FaultAct,
  health: HealthWatch,
  { mails = mailsEach, fast }: DrillOptions,
): Promise<void> {
  await fault.begin(act);
  const { struck = () => scene.wire.struck > 0, noMailMeanwhile = false } = fault;
  if (fault.folder === undefined) scene.deliver(mails);
  await until("The fault", strikeLimitMs, () => struck(act));
  health.from();
  const struckAt = performance.now();
  if (!noMailMeanwhile) scene.deliver(mails);
  await lasted(fault.lasts ?? { ms: () => 0 }, scene, act.bot, fast);
  if (fault.lasts === "until_all_is_ordered") scene.figures.orderedMeanwhileS = secondsSince(struckAt);
  await (fault.end === undefined ? scene.wire.clear() : fault.end(act));
  scene.wire.clear();
  scene.imap.pass();
}

async function lasted(lasting: Lasting, scene: Scene, bot: BotProcess, fast: boolean): Promise<void> {
  if (lasting === "until_health_fails") {
    await until("A failing /health", lastingLimitMs, async () => (await sourceHealth(bot)) === "fail");
    scene.promise((await bot.control.probe("/livez")) === 200, "/livez blamed the process for its mailbox");
  } else if (lasting === "until_all_is_ordered") {
    await until("An order for each mail that arrived meanwhile", lastingLimitMs, () => {
      return scene.ordered >= scene.mails.length;
    });
  } else {
    await delay(lasting.ms(fast));
  }
}

/** Every mail ordered, confirmed and marked, and the source well. */
async function recovered(scene: Scene, bot: BotProcess): Promise<void> {
  const endedAt = performance.now();
  await until("Rest and good health", recoveryLimitMs, async () => {
    return (await scene.isQuiet()) && (await sourceHealth(bot)) === "pass";
  });
  scene.recovery.took(Math.round(performance.now() - endedAt));
}

function noteFigures(scene: Scene, health: HealthWatch, connectionsBefore: number): void {
  const { worst } = health;
  Object.assign(scene.figures, {
    health: worst === undefined ? "-" : `${worst.state} after ${worst.afterS} s`,
    open: scene.imap.open,
    reconnects: scene.imap.accepted - connectionsBefore,
  });
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 10) / 100;
}
