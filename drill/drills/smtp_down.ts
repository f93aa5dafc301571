import type { BotProcess } from "../bot_process.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import { Scene } from "../scene.ts";
import { until } from "../until.ts";

const orderLimitMs = 20_000;
/** A mail that was put off is tried again after half a minute. */
const catchUpLimitMs = 120_000;
const refusals = 3;

/** The outgoing mail server is down, then says "not now", then is back. */
export const smtpDown: Drill = {
  name: "smtp-down",
  question: "Do orders go on while no confirmation can be sent, and does each go out once when it can?",
  run: (options) => Scene.play({ drill: "smtp-down", options }, (scene) => takeDown(scene, options)),
};

async function takeDown(scene: Scene, { mails = 10, say }: DrillOptions): Promise<void> {
  const bot = scene.startBot();
  await bot.ready();
  scene.deliver(mails);
  await scene.quiet(orderLimitMs);

  await scene.smtp.refuse();
  scene.smtp.cutNow();
  scene.deliver(mails);
  await ordersGoOn(scene, bot);
  await until("A word about the outage", orderLimitMs, () => scene.witness.heard("health", /^outbox warn/));
  await until("Further tries", orderLimitMs, () => bot.log.filter(({ code }) => code === "outbox_outage").length >= 3);
  scene.promiseSaid("health", /^outbox warn: \d+ answer\(s\) wait to be sent, .* cannot be reached/);
  scene.promiseSaid("status", /^outbox warn: .* cannot be reached/);
  scene.promiseSaid("log", /^No answers can be sent: .* cannot be reached/);
  scene.promise((await bot.control.probe("/readyz")) === 200, "/readyz said no although orders are taken");

  scene.sink.refusal = { code: 451, text: "4.7.1 Greylisted, please try again later" };
  await scene.smtp.accept();
  scene.deliver(mails);
  await ordersGoOn(scene, bot);
  await until("Some refusals", catchUpLimitMs, () => scene.sink.refused >= refusals);
  await until("A word about the refusals", orderLimitMs, () => bot.heard(/put off the answer .*Greylisted/));

  scene.sink.refusal = undefined;
  const backAt = Date.now();
  await scene.quiet(catchUpLimitMs);
  scene.recovery.took(Date.now() - backAt);
  say(`all confirmed ${scene.recovery.lastMs} ms after the server took mail again`);
  Object.assign(scene.figures, { refused: scene.sink.refused });
}

/** Ordered and marked as read, whatever the confirmations do. */
async function ordersGoOn(scene: Scene, bot: BotProcess): Promise<void> {
  await until("An order and a mark for each mail without SMTP", orderLimitMs, () => {
    const { orders, journal } = scene.ledger();
    return orders.length === scene.mails.length && journal.every(({ settled }) => settled);
  });
  scene.promise(bot.exited === undefined, "The bot ended because SMTP was down");
}
