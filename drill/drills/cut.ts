import type { Cut } from "../../test/support/tcp_proxy.ts";
import { fastLimits } from "../bot_config.ts";
import type { BotProcess } from "../bot_process.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import { Scene } from "../scene.ts";
import { until } from "../until.ts";

/** Each moment of a scan, by what passes on the connection. */
const moments: readonly { readonly name: string; readonly cut: Cut }[] = [
  { name: "before the search", cut: { direction: "from_client", at: /UID SEARCH/ } },
  { name: "during the search", cut: { direction: "from_server", at: /\* E?SEARCH/ } },
  { name: "before the fetch", cut: { direction: "from_client", at: /UID FETCH/ } },
  { name: "during the fetch", cut: { direction: "from_server", at: /(?<=BODY\[\] \{\d+\}\r\n[\s\S]{40})/ } },
  { name: "before the store", cut: { direction: "from_client", at: /UID STORE/ } },
  { name: "during the store", cut: { direction: "from_server", at: /\w+ OK Store completed/ } },
];
const atLogout: Cut = { direction: "from_client", at: /LOGOUT/ };
const promisedRecoveryMs = 60_000;
const quietLimitMs = 120_000;

/** The connection to the mailbox is cut in each phase of a scan. */
export const cut: Drill = {
  name: "cut",
  question: "Is nothing lost or doubled wherever the IMAP connection is cut?",
  run: (options) => {
    const config = options.fast ? { sources: { inbox: fastLimits } } : {};
    return Scene.play({ drill: "cut", options, config }, (scene) => cutEverywhere(scene, options));
  },
};

async function cutEverywhere(scene: Scene, { mails = 10, say }: DrillOptions): Promise<void> {
  const bot = scene.startBot();
  await bot.ready();
  for (const { name, cut } of moments) {
    await cutOnce(scene, bot, cut, mails);
    say(`cut ${name}: whole again after ${scene.recovery.lastMs} ms`);
  }
  scene.promiseSaid("log", /^The connection to .* was lost/);
  scene.promiseSaid("health", /^source:inbox warn: The connection to .* was lost/);
  scene.promiseSaid("status", /^source inbox is degraded: The connection to .* was lost/);
  scene.promise(scene.recovery.maxMs <= promisedRecoveryMs, `A recovery took ${scene.recovery.maxMs} ms`);
  await cutTheLastWord(scene, bot);
  await cutFarewells(scene, mails);
}

async function cutOnce(scene: Scene, bot: BotProcess, cut: Cut, mails: number): Promise<void> {
  const failures = () => bot.log.filter(({ code }) => code === "imap_session_failed").length;
  const before = failures();
  scene.imap.cutAt(cut);
  scene.deliver(mails);
  await until("A cut", quietLimitMs, () => failures() > before);
  const cutAt = Date.now();
  scene.imap.pass();
  await scene.shown();
  await scene.quiet(quietLimitMs);
  scene.recovery.took(Date.now() - cutAt);
}

/** A stop does not wait for a server that is gone. */
async function cutTheLastWord(scene: Scene, bot: BotProcess): Promise<void> {
  scene.imap.cutAt(atLogout);
  const exit = await bot.stop();
  scene.promise(exit.code === 0, `A stop that was cut at its LOGOUT ended with ${exit.code ?? exit.signal}`);
  scene.imap.pass();
}

/** Sessions are renewed all the time, and none may say goodbye. */
async function cutFarewells(scene: Scene, mails: number): Promise<void> {
  const bot = scene.startBot({ settings: ["sources.inbox.freshSession=300ms"] });
  await bot.ready();
  const before = scene.imap.accepted;
  scene.imap.cutAt(atLogout);
  scene.deliver(mails);
  await until("Three renewed sessions", quietLimitMs, () => scene.imap.accepted >= before + 3);
  await scene.quiet(quietLimitMs);
  scene.imap.pass();
}
