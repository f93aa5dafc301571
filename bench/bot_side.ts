import { setTimeout as pause } from "node:timers/promises";
import { done, RuntimeManager } from "../src/app_runtime/index.ts";
import { composeBot } from "../src/mail_order_bot_app/compose_bot.ts";
import { mailDecidedFact } from "../src/mail_order_bot_app/handlers/process_order_mail_handler.ts";
import { moduleWith } from "./module_with.ts";
import { answerParent } from "./run_apart.ts";

export interface BotRequest {
  readonly configFile: string;
  /** `nothing` answers done without a look at the mail. */
  readonly handler: "full" | "nothing";
  /** How many unread mails there are. */
  readonly mails: number;
}

export interface BotFigures {
  readonly mailsPerSecond: number;
  /** Processor time of all its threads, user and system, in milliseconds. */
  readonly cpuMsPerMail: number;
  /** Mails that became orders. */
  readonly orders: number;
}

const lookMs = 5;

/** The bot as `npm start -- --config FILE` runs it, from the answer to its first search until the last mail is \Seen. */
await answerParent(async ({ configFile, handler, mails }: BotRequest): Promise<BotFigures> => {
  const commandLine = { configFiles: [configFile], settings: [], help: false };
  const { parts, close } = composeBot({ commandLine, argv: [], env: {}, print: () => undefined });
  const runtime = new RuntimeManager(
    handler === "full" ? parts : { ...parts, modules: [moduleWith(async () => done)] },
  );
  let orders = 0;
  let failure: string | undefined;
  runtime.events.subscribe((event) => {
    if (event.kind === "task.retried") failure ??= event.reason;
    if (event.kind === "unit.fact" && event.code === mailDecidedFact && event.fields.decision === "accept") orders += 1;
  });
  await runtime.start();
  const inbox = () => runtime.control.source("inbox").status;

  while (inbox().facts.lastLookAgeMs === undefined) await pause(lookMs);
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  while (inbox().settled < mails) {
    if (failure !== undefined) throw new Error(`A mail could not be handled: ${failure}`);
    await pause(lookMs);
  }
  const tookMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);

  await runtime.stop("measured");
  await close();
  if (handler === "full" && orders !== mails) throw new Error(`Of ${mails} mails, ${orders} became orders.`);
  return { mailsPerSecond: (mails / tookMs) * 1000, cpuMsPerMail: (cpu.user + cpu.system) / 1000 / mails, orders };
});
