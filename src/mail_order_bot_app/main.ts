/** The mail order bot as a program: `node main.js [--config FILE]...`, without a file its embedded demonstration. */
import { exitCodes, handleSignals, RuntimeManager } from "../app_runtime/index.ts";
import { type CommandLine, readCommandLine, usage } from "./command_line.ts";
import { composeBot } from "./compose_bot.ts";
import { exitCodeOf, explain } from "./exit_code_of.ts";

// Whoever read our output may be gone (`| head -1`, a closed terminal), or its disk full. Mails matter more than words.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

async function main(argv: readonly string[]): Promise<void> {
  const commandLine = readCommandLine(argv);
  if (commandLine.help) process.stdout.write(usage);
  else await run(commandLine, argv);
}

async function run(commandLine: CommandLine, argv: readonly string[]): Promise<void> {
  const bot = composeBot({ commandLine, argv, env: process.env, print: (text) => process.stdout.write(text) });
  const runtime = new RuntimeManager(bot.parts);
  handleSignals({ runtime, exit: (code) => void bot.close().finally(() => process.exit(code)) });
  await runtime.start();
  await bot.started(runtime);
}

process.on("unhandledRejection", (reason) => {
  process.stderr.write(`A promise was left alone, which is a bug: ${explain(reason)}\n`);
  process.exit(exitCodes.failed);
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(exitCodeOf(error));
}
