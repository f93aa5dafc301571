import { setTimeout as delay } from "node:timers/promises";
import type { BotProcess } from "../bot_process.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import { Scene } from "../scene.ts";
import { until } from "../until.ts";

const limitMs = 60_000;
const mailsAtOnce = 10;
const modes = ["idle", "poll", "idle", "poll"] as const;

/** The word `mode` changes in the file of a running bot, back and forth, while mail comes in without a break. */
export const modeReload: Drill = {
  name: "mode-reload",
  question: "Does changing between poll and idle by reload lose or double anything while mail comes in?",
  run: (options) => {
    const config = { sources: { inbox: { mode: "poll" } } };
    return Scene.play({ drill: "mode-reload", options, config }, (scene) => changeModes(scene, options));
  },
};

async function changeModes(scene: Scene, { mails = 1_000, say }: DrillOptions): Promise<void> {
  const bot = scene.startBot();
  await bot.ready();
  for (const mode of modes) {
    const delivering = deliver(scene, mails / modes.length);
    await changeTo(mode, scene, bot, scene.ordered);
    await delivering;
    say(`${mode}: ${scene.ordered} of ${scene.mails.length} mails ordered`);
  }
  await scene.quiet(limitMs);
  Object.assign(scene.figures, { changes: modes.length });
}

/** In the midst of the mails, not before them. */
async function changeTo(mode: string, scene: Scene, bot: BotProcess, orderedBefore: number): Promise<void> {
  await until("Orders before the change", limitMs, () => scene.ordered > orderedBefore);
  scene.writeConfig({ sources: { inbox: { mode } } });
  bot.signal("SIGHUP");
  await until(`Mode ${mode} in force`, limitMs, async () => {
    const [inbox] = (await bot.control.status())?.sources ?? [];
    return inbox?.status.facts.listening === (mode === "idle") && inbox.status.facts.connected === true;
  });
}

async function deliver(scene: Scene, mails: number): Promise<void> {
  for (let delivered = 0; delivered < mails; delivered += mailsAtOnce) {
    scene.deliver(Math.min(mailsAtOnce, mails - delivered));
    await delay(20);
  }
}
