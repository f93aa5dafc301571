import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes, RuntimeManager } from "../app_runtime/index.ts";
import type { BotCommandLine } from "./command_line.ts";
import { composeDryRun } from "./compose_dry_run.ts";
import { dryRunJson, dryRunText } from "./dry_run_report.ts";

/**
 * Says what the bot would do with the mails that wait, and changes nothing: mailboxes are opened for reading only, decisions
 * are made by the real rules in a copy of the database that is removed at the end. Resolves with the exit code.
 * @throws what the start of the bot would throw, for a configuration that is wrong.
 */
export async function dryRun(
  commandLine: BotCommandLine,
  options: NonNullable<BotCommandLine["dryRun"]>,
  argv: readonly string[],
): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "mail_order_bot_dry_run_"));
  const asked = new AbortController();
  const onSignal = () => asked.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const { newest, json } = options;
    const plan = composeDryRun({ commandLine, argv, env: process.env, directory, newest });
    const runtime = new RuntimeManager(plan.parts);
    await runtime.start();
    try {
      const inboxes = await plan.result(asked.signal);
      await printed(json ? dryRunJson(inboxes) : dryRunText(inboxes, newest));
      return !asked.signal.aborted && inboxes.every((inbox) => inbox.kind !== "failed")
        ? exitCodes.ok
        : exitCodes.failed;
    } finally {
      await runtime.stopNow("the dry run is over");
    }
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await rm(directory, { recursive: true, force: true });
  }
}

/** Resolves once it has left us: a pipe may be slow, and the process is about to end. */
function printed(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
