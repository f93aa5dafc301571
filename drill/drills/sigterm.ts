import type { BotProcess, Exit } from "../bot_process.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import type { Faults } from "../faults.ts";
import { Scene } from "../scene.ts";
import { until } from "../until.ts";

/** As many as the bot works on at once. */
const mails = 8;
const deadlineMs = 5_000;
const config = { platform: { shutdown: { deadline: "5s" } } };
const hurryMs = 500;
const startLimitMs = 20_000;
const quietLimitMs = 30_000;
/** From ready to the end of work that was put back. */
const pickUpLimitMs = 2_000;

const fitting: Faults = { beforeMs: 1_500 };
const tooLong: Faults = { beforeMs: 60_000 };
const deaf: Faults = { beforeMs: 60_000, deaf: true };

/** SIGTERM while handlers work: those that can finish do, the others are put back. */
export const sigterm: Drill = {
  name: "sigterm",
  question: "Does a stop let handlers finish that can, put back the others unburned, and keep its deadline?",
  run: (options) =>
    Scene.play({ drill: "sigterm", options, config }, async (scene) => {
      await stopWhatFits(scene, options);
      await stopWhatDoesNot(scene, options, tooLong);
      await stopWhatDoesNot(scene, options, deaf);
    }),
};

async function stopWhatFits(scene: Scene, { say, slackMs }: DrillOptions): Promise<void> {
  const { bot, exit, tookMs } = await stopAtWork(scene, fitting);
  say(`handlers that finish in time: exit ${exit.code} after ${tookMs} ms`);
  scene.promise(exit.code === 0, `A stop that could drain ended with ${exit.code ?? exit.signal}`);
  scene.promise(tookMs < deadlineMs, `It took ${tookMs} ms although its handlers needed ${fitting.beforeMs}`);
  const report = reportOf(bot);
  scene.promise(report?.drained === mails, `${report?.drained} tasks were drained instead of ${mails}`);
  scene.promise(scene.ordered === scene.mails.length, "It did not wait for handlers that could finish");
  Object.assign(scene.figures, { drainedInMs: tookMs });
  await finishTheRest(scene, slackMs);
}

async function stopWhatDoesNot(scene: Scene, { say, slackMs }: DrillOptions, faults: Faults): Promise<void> {
  const { bot, exit, tookMs } = await stopAtWork(scene, faults);
  const who = faults.deaf === true ? "handlers that ignore the signal" : "handlers that would take too long";
  say(`${who}: exit ${exit.code} after ${tookMs} ms`);
  scene.promise(exit.code === 0, `A stop with ${who} ended with ${exit.code ?? exit.signal}`);
  scene.promise(tookMs <= deadlineMs + hurryMs + slackMs, `With ${who} it took ${tookMs} ms of ${deadlineMs}`);
  promiseUnburned(scene, bot, who);
  await finishTheRest(scene, slackMs);
}

/** SIGTERM twice: leave at once. */
export const secondSigterm: Drill = {
  name: "second-sigterm",
  question: "Does a second signal end it within 500 ms with code 1 and nothing lost?",
  run: (options) =>
    Scene.play({ drill: "second-sigterm", options, config: {} }, async (scene) => {
      for (const faults of [tooLong, deaf]) await stopTwice(scene, options, faults);
    }),
};

async function stopTwice(scene: Scene, { say, slackMs }: DrillOptions, faults: Faults): Promise<void> {
  const bot = await botAtWork(scene, faults);
  bot.signal("SIGTERM");
  await until("The beginning of the stop", startLimitMs, () => bot.heard(/was running and is stopping/));
  const secondAt = Date.now();
  bot.signal("SIGINT");
  const exit = await bot.ended(startLimitMs);
  const tookMs = exit.at - secondAt;
  say(`exit ${exit.code} ${tookMs} ms after the second signal`);
  scene.promise(exit.code === 1, `The second signal ended it with ${exit.code ?? exit.signal}`);
  scene.promise(tookMs <= hurryMs + slackMs, `It left ${tookMs} ms after the second signal`);
  promiseUnburned(scene, bot, "a second signal");
  await finishTheRest(scene, slackMs);
}

/** Put back, not failed: no hand-out counts, nothing is dead, and the report says so. */
function promiseUnburned(scene: Scene, bot: BotProcess, when: string): void {
  const left = scene.ledger().journal.filter(({ state }) => state !== "done");
  scene.promise(left.length === mails, `With ${when} ${left.length} tasks were left instead of ${mails}`);
  const burned = left.filter(({ state, handOuts }) => state !== "offered" || handOuts > 0);
  scene.promise(burned.length === 0, `With ${when} ${burned.length} tasks count as crashed or dead`);
  const report = reportOf(bot);
  scene.promise(report?.requeued === mails, `With ${when} the report says ${report?.requeued} tasks were put back`);
  const said = bot.heard(/was put back without burning an attempt \(the runtime is stopping\)/);
  scene.promise(said !== undefined, `With ${when} the log does not say what was put back`);
}

interface Stopped {
  readonly bot: BotProcess;
  readonly exit: Exit;
  readonly tookMs: number;
}

async function stopAtWork(scene: Scene, faults: Faults): Promise<Stopped> {
  const bot = await botAtWork(scene, faults);
  const askedAt = Date.now();
  bot.signal("SIGTERM");
  await until("A /readyz that says no", startLimitMs, async () => (await bot.control.probe("/readyz")) !== 200);
  const exit = await bot.ended(startLimitMs);
  return { bot, exit, tookMs: exit.at - askedAt };
}

/** Every worker holds a mail. */
async function botAtWork(scene: Scene, faults: Faults): Promise<BotProcess> {
  const bot = scene.startBot({ faults });
  await bot.ready();
  scene.deliver(mails);
  await until("Eight busy workers", startLimitMs, async () => (await bot.control.status())?.workers[0]?.busy === mails);
  return bot;
}

function reportOf(bot: BotProcess) {
  return bot.log.find(({ kind }) => kind === "shutdown.reported")?.report;
}

/** The next start finds all of it, at once and as if nothing had happened. */
async function finishTheRest(scene: Scene, slackMs: number): Promise<void> {
  const bot = scene.startBot({ settings: ["platform.log.level=debug"] });
  await bot.ready();
  const readyAt = Date.now();
  await until("The rest", quietLimitMs, () => scene.ordered === scene.mails.length);
  const tookMs = Date.now() - readyAt;
  scene.recovery.took(tookMs);
  scene.promise(tookMs <= pickUpLimitMs + slackMs, `What was put back took ${tookMs} ms after the next start`);
  await scene.quiet(quietLimitMs);
  const later = bot.log.filter(({ msg }) => /was started, attempt ([2-9]|\d\d)/.test(msg));
  scene.promise(later.length === 0, `An attempt was burned: ${later[0]?.msg}`);
  await bot.stop();
}
