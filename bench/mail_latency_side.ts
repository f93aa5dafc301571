import { setTimeout as pause } from "node:timers/promises";
import { done, RuntimeManager } from "../src/app_runtime/index.ts";
import { composeBot } from "../src/mail_order_bot_app/compose_bot.ts";
import { moduleWith } from "./module_with.ts";
import { answerParent } from "./run_apart.ts";

export interface ArrivalRequest {
  readonly configFile: string;
  /** It ends once it has seen so many. */
  readonly mails: number;
}

export interface ArrivalFigures {
  /** When each mail was at the first line of its handler, in the order of their arrival: milliseconds since 1970 UTC. */
  readonly handledAt: readonly number[];
}

const lookMs = 5;

/** The bot with a handler that only notes the time. */
await answerParent(async ({ configFile, mails }: ArrivalRequest): Promise<ArrivalFigures> => {
  const handledAt: number[] = [];
  const commandLine = { configFiles: [configFile], settings: [], help: false };
  const { parts, close } = composeBot({ commandLine, argv: [], env: {}, print: () => undefined });
  const handle = async () => {
    handledAt.push(performance.timeOrigin + performance.now());
    return done;
  };
  const runtime = new RuntimeManager({ ...parts, modules: [moduleWith(handle)] });
  await runtime.start();
  while (runtime.control.source("inbox").status.settled < mails) await pause(lookMs);
  await runtime.stop("measured");
  await close();
  return { handledAt };
});
