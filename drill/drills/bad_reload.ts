import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { BotProcess } from "../bot_process.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import { Scene } from "../scene.ts";
import { until } from "../until.ts";

const limitMs = 15_000;
const mailEveryMs = 100;

interface Mistake {
  readonly name: string;
  /** Makes the good text bad. */
  readonly make: (text: string) => string;
  /** What the log must say beside file and line. */
  readonly said: RegExp;
}

const mistakes: readonly Mistake[] = [
  {
    name: "bad YAML",
    make: (text) => text.replace("workers:\n", "workers: [\n"),
    said: /YAML|flow|expected|Expected|missing/,
  },
  {
    name: "unknown key",
    make: (text) => text.replace("pollInterval:", "pollIntervall:"),
    said: /did you mean "?pollInterval"?/i,
  },
  {
    name: "missing secret",
    make: (text) => text.replace("password: secret", 'password: "${env:DRILL_NO_SUCH}"'),
    said: /DRILL_NO_SUCH/,
  },
  { name: "unknown queue", make: (text) => text.replace("queue: orders", "queue: ordres"), said: /ordres/ },
];

/** The configuration is broken in several ways while mails come in; then it is changed for good. */
export const badReload: Drill = {
  name: "bad-reload",
  question: "Is a bad configuration refused with its reason, without any effect, and a good one applied?",
  run: (options) => Scene.play({ drill: "bad-reload", options }, (scene) => reloadBadly(scene, options)),
};

async function reloadBadly(scene: Scene, options: DrillOptions): Promise<void> {
  const bot = scene.startBot();
  await bot.ready();
  const flow = startFlow(scene);
  try {
    for (const mistake of mistakes) await refused(scene, bot, mistake, options);
    await applied(scene, bot);
  } finally {
    await flow.stop();
  }
  await scene.quiet(limitMs);
  const restarts = bot.log.filter(({ kind }) => kind === "unit.stopped" || kind === "unit.failed");
  scene.promise(restarts.length <= 1, `Units were stopped: ${restarts.map(({ unit }) => unit).join(", ")}`);
}

/** First the changed file is noticed, then SIGHUP asks for it, too: refused both times. */
async function refused(scene: Scene, bot: BotProcess, mistake: Mistake, { say }: DrillOptions): Promise<void> {
  const rejections = () => bot.log.filter(({ kind }) => kind === "config.rejected");
  const version = await versionOf(bot);
  const before = rejections().length;
  const good = scene.configText();
  const bad = mistake.make(good);
  scene.promise(bad !== good, `The drill did not break the file: ${mistake.name}`);
  writeFileSync(scene.configFile, bad);
  await until(`A refusal of the ${mistake.name}`, limitMs, () => rejections().length > before);
  bot.signal("SIGHUP");
  await until(`A second refusal of the ${mistake.name}`, limitMs, () => rejections().length > before + 1);
  for (const { msg } of rejections().slice(before)) {
    scene.promise(
      !/is required and not set/.test(msg),
      `The refusal of the ${mistake.name} misses what is there: ${msg}`,
    );
    scene.promise(mistake.said.test(msg), `The refusal of the ${mistake.name} does not say why: ${msg}`);
    scene.promise(/bot\.yaml:\d+/.test(msg), `The refusal of the ${mistake.name} does not say where: ${msg}`);
  }
  scene.promise((await versionOf(bot)) === version, `Version ${version} gave way to a file with ${mistake.name}`);
  await ordersGoOn(scene, mistake.name);
  scene.writeConfig();
  say(`${mistake.name}: ${rejections().at(-1)?.msg.split("\n")[0]}`);
}

async function applied(scene: Scene, bot: BotProcess): Promise<void> {
  const version = await versionOf(bot);
  scene.writeConfig({ workers: { orders: { concurrency: 5 } } });
  await until("The good configuration in force", limitMs, async () => {
    return (await bot.control.status())?.workers[0]?.concurrency === 5;
  });
  scene.promise((await versionOf(bot)) !== version, "The new configuration has the version of the old one");
  const said = /Configuration .* applies; changed: workers\.orders\.concurrency/;
  await until("A word about what the good change changed", limitMs, () => bot.heard(said));
  await ordersGoOn(scene, "the good change");
}

async function ordersGoOn(scene: Scene, since: string): Promise<void> {
  const before = scene.ordered;
  await until(`Orders after ${since}`, limitMs, () => scene.ordered >= before + 5);
}

async function versionOf(bot: BotProcess): Promise<string | undefined> {
  return (await bot.control.status())?.runtime.configVersion;
}

/** A mail every so often, until it is stopped. */
function startFlow(scene: Scene) {
  const stop = new AbortController();
  const flow = async () => {
    while (!stop.signal.aborted) {
      scene.deliver(1);
      await delay(mailEveryMs);
    }
  };
  const flowing = flow();
  return {
    async stop() {
      stop.abort();
      await flowing;
    },
  };
}
