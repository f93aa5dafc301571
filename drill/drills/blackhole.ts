import { fastLimits } from "../bot_config.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import { Scene } from "../scene.ts";
import { until } from "../until.ts";

const promisedRedMs = 160_000;
const promisedRedFastMs = 10_000;
/** The longest wait between two connects, and what a connect and a scan may take. */
const recoveryLimitMs = 150_000;

/** The network swallows everything and closes nothing. */
export const blackhole: Drill = {
  name: "blackhole",
  question: "Does health fail within 160 s while nothing arrives any more, and recover by itself?",
  run: (options) => {
    const inbox = options.fast ? fastLimits : { pollInterval: "30s" };
    return Scene.play({ drill: "blackhole", options, config: { sources: { inbox } } }, (scene) =>
      swallow(scene, options),
    );
  },
};

async function swallow(scene: Scene, { mails = 5, fast, say }: DrillOptions): Promise<void> {
  const bot = scene.startBot();
  await bot.ready();
  scene.deliver(mails);
  await scene.quiet(recoveryLimitMs);

  scene.imap.blackHole();
  const holeAt = Date.now();
  scene.deliver(mails);
  const limitMs = fast ? promisedRedFastMs : promisedRedMs;
  const sourceState = async () => (await bot.control.health())?.checks["source:inbox"]?.[0].status;
  await until("A failing /health", limitMs, async () => (await sourceState()) === "fail");
  scene.figures.redAfterS = Math.round((Date.now() - holeAt) / 100) / 10;
  say(`health failed after ${scene.figures.redAfterS} s`);
  await scene.shown();
  scene.promise((await bot.control.probe("/readyz")) === 503, "/readyz said yes while nothing arrived");
  scene.promise((await bot.control.probe("/livez")) === 200, "/livez blamed the process for the network");
  scene.promiseSaid("health", /^source:inbox fail: The mail server has not answered for/);
  scene.promiseSaid("status", /^source inbox is degraded: .* does not answer/);
  scene.promiseSaid("log", /^Health went from \w+ to fail\. The mail server has not answered/);

  scene.imap.pass();
  const passedAt = Date.now();
  await scene.quiet(recoveryLimitMs);
  await bot.ready();
  scene.recovery.took(Date.now() - passedAt);
  scene.promise((await sourceState()) === "pass", "The source works again, but its health does not say so");
}
