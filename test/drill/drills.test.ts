import { expect, test } from "vitest";
import type { Drill, DrillOptions } from "../../drill/drill.ts";
import { badReload } from "../../drill/drills/bad_reload.ts";
import { cut } from "../../drill/drills/cut.ts";
import { kill } from "../../drill/drills/kill.ts";
import { modeReload } from "../../drill/drills/mode_reload.ts";
import { secondSigterm } from "../../drill/drills/sigterm.ts";
import { twice } from "../../drill/drills/twice.ts";

const limitMs = 120_000;

/** A new seed each time; it is in the message of a failure, and `npm run drill -- <name> --seed N` repeats it. */
function quickly(overrides: Partial<DrillOptions> = {}): DrillOptions {
  const seed = Math.floor(Math.random() * 100_000);
  return { seed, fast: true, slackMs: 2_000, keep: false, say: () => undefined, ...overrides };
}

async function expectKept(drill: Drill, options: DrillOptions) {
  const result = await drill.run(options);
  const { lost, duplicatedEffects, broken } = result;
  const message = `${drill.name} --seed ${options.seed}`;
  expect({ lost, duplicatedEffects, broken }, message).toEqual({ lost: 0, duplicatedEffects: 0, broken: [] });
  return result;
}

test.each([
  { drill: kill, options: { rounds: 1, mails: 15 } },
  { drill: cut, options: { mails: 5 } },
  { drill: twice, options: { mails: 5 } },
  { drill: secondSigterm, options: {} },
  { drill: badReload, options: {} },
  { drill: modeReload, options: { mails: 100 } },
])("the drill $drill.name finds every promise kept", { timeout: limitMs }, async ({ drill, options }) => {
  await expectKept(drill, quickly(options));
});
