import { freePort } from "../../test/support/free_port.ts";
import type { Drill, DrillOptions } from "../drill.ts";
import { Scene } from "../scene.ts";

const temporaryFailure = 75;
const startLimitMs = 20_000;
const quietLimitMs = 30_000;

/** A second runtime starts on the data directory of the first. */
export const twice: Drill = {
  name: "twice",
  question: "Is a second start on one data directory refused by name, and the first one unharmed?",
  run: (options) => Scene.play({ drill: "twice", options }, (scene) => startTwice(scene, options)),
};

async function startTwice(scene: Scene, { mails = 10 }: DrillOptions): Promise<void> {
  const first = scene.startBot();
  await first.ready();
  scene.deliver(mails);
  const otherPort = await freePort();
  const second = scene.startBot({ settings: [`platform.control.port=${otherPort}`], controlPort: otherPort });
  const exit = await second.ended(startLimitMs);
  scene.promise(exit.code === temporaryFailure, `The second start ended with ${exit.code ?? exit.signal}`);
  const names = new RegExp(`data directory .* is held by process ${first.pid} `);
  scene.promise(names.test(second.errors), `The second start does not name process ${first.pid}: ${second.errors}`);
  scene.witness.hears("log", second.errors.trim());
  await scene.quiet(quietLimitMs);
  scene.deliver(mails);
  await scene.quiet(quietLimitMs);
  scene.promise((await first.control.probe("/readyz")) === 200, "The first one is not ready any more");

  scene.deliver(mails);
  await scene.kill(first);
  const killedAt = Date.now();
  const third = scene.startBot();
  await third.ready();
  await scene.quiet(quietLimitMs);
  scene.recovery.took(Date.now() - killedAt);
}
