import { exitCodes, handleSignals, RuntimeManager } from "../app_runtime/index.ts";
import { type CommandLine, readCommandLine, usage } from "./command_line.ts";
import { composeBot } from "./compose_bot.ts";
import { dryRun } from "./dry_run.ts";
import { exitCodeOf, explain } from "./exit_code_of.ts";

async function main(argv: readonly string[]): Promise<void> {
  const commandLine = readCommandLine(argv);
  if (commandLine.help) process.stdout.write(usage);
  else if (commandLine.dryRun !== undefined) process.exit(await dryRun(commandLine, commandLine.dryRun, argv));
  else await run(commandLine, argv);
}

/** For the last lines of the log, whose reader may be slow. After a second signal all of it must be over in 500 ms. */
const farewellMs = { atEase: 1_000, inHaste: 80 };

async function run(commandLine: CommandLine, argv: readonly string[]): Promise<void> {
  const bot = composeBot({ commandLine, argv, env: process.env, print: (text) => process.stdout.write(text) });
  const runtime = new RuntimeManager(bot.parts);
  const exit = (code: number) => {
    const limitMs = code === exitCodes.ok ? farewellMs.atEase : farewellMs.inHaste;
    void bot.close(limitMs).finally(() => process.exit(code));
  };
  handleSignals({ runtime, exit });
  await runtime.start();
  await bot.started(runtime);
}

/** Runs the bot until it is told to stop; what ends it early is said in plain words, with the exit code for it. */
export async function program(argv: readonly string[]): Promise<void> {
  // Whoever read our output may be gone (`| head -1`, a closed terminal), or its disk full. Mails matter more than words.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  process.on("unhandledRejection", (reason) => {
    process.stderr.write(`A promise was left alone, which is a bug: ${explain(reason)}\n`);
    process.exit(exitCodes.failed);
  });
  try {
    await main(argv);
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(exitCodeOf(error));
  }
}
