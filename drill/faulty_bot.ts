/** The bot of src/mail_order_bot_app/main.ts with the faults of DRILL_FAULTS in its handlers: for drills only. */
import { handleSignals, RuntimeManager } from "../src/app_runtime/index.ts";
import { readCommandLine } from "../src/mail_order_bot_app/command_line.ts";
import { composeBot } from "../src/mail_order_bot_app/compose_bot.ts";
import { exitCodeOf, explain } from "../src/mail_order_bot_app/exit_code_of.ts";
import { jumpAtSignal } from "./clock_jump.ts";
import { type Faults, withFaults } from "./faults.ts";

const argv = process.argv.slice(2);
const faults = JSON.parse(process.env.DRILL_FAULTS ?? "{}") as Faults;
if (faults.clockJumpMs !== undefined) jumpAtSignal(faults.clockJumpMs);

try {
  const bot = composeBot({ commandLine: readCommandLine(argv), argv, env: process.env, print: () => undefined });
  const modules = bot.parts.modules.map((module) => withFaults(module, faults));
  const runtime = new RuntimeManager({ ...bot.parts, modules });
  handleSignals({ runtime, exit: (code) => void bot.close().finally(() => process.exit(code)) });
  await runtime.start();
  await bot.started(runtime);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(exitCodeOf(error));
}
