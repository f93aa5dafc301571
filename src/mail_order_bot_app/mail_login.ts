/** Logs a mailbox in: `node mail_login.js --config FILE [--grant NAME]`. What it does beside that is the bot's affair. */
import { createInterface } from "node:readline";
import { type GrantConfig, logIn, type Person } from "../adapters/oauth2/index.ts";
import { exitCodes, readConfig, SystemClock } from "../app_runtime/index.ts";
import { CommandLineError } from "./command_line.ts";
import { composeBot } from "./compose_bot.ts";
import { exitCodeOf, explain } from "./exit_code_of.ts";
import { grantsIn } from "./grant_checks.ts";
import { mailLoginCommand, mailLoginUsage, readMailLoginCommandLine } from "./mail_login_command_line.ts";

const print = (text: string) => process.stdout.write(text);

const person: Person = {
  say: (text) => print(`${text}\n`),
  typed: (signal) => createInterface({ input: process.stdin, signal }),
};

async function mailLogin(argv: readonly string[]): Promise<void> {
  const commandLine = readMailLoginCommandLine(argv);
  if (commandLine.help) {
    print(mailLoginUsage);
    return;
  }
  const { parts } = composeBot({ commandLine, argv, env: process.env, print });
  const snapshot = await readConfig(parts);
  const [grant, config] = chosen(grantsIn(snapshot), commandLine.grant);
  const { dataDir } = snapshot.values.platform as { readonly dataDir: string };
  const loginCommand = mailLoginCommand(commandLine, grant);
  const { port, browser } = commandLine;
  const file = await logIn({ grant, config, dataDir, clock: new SystemClock(), person, browser, port, loginCommand });
  print(`Logged in. The login of grant "${grant}" is kept in ${file}.\n${howToTest(snapshot.values)}`);
}

function chosen(grants: Readonly<Record<string, GrantConfig>>, name: string | undefined): [string, GrantConfig] {
  const all = Object.entries(grants);
  const names = all.map(([each]) => each).join(", ");
  if (all.length === 0) throw new CommandLineError("The configuration has no grants below platform.oauth2.grants.");
  const found = all.find(([each]) => each === (name ?? each));
  if (found === undefined) throw new CommandLineError(`There is no grant "${name}". Known: ${names}.`);
  if (name === undefined && all.length > 1) throw new CommandLineError(`Which one? Add --grant and one of ${names}.`);
  return found;
}

function howToTest(values: Readonly<Record<string, unknown>>): string {
  const { control } = values.platform as { readonly control: { readonly host: string; readonly port: number } };
  return `To test it, start the bot, or wait a minute if it runs: http://${control.host}:${control.port}/status?format=text tells.\n`;
}

try {
  await mailLogin(process.argv.slice(2));
  process.exit(exitCodes.ok);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(exitCodeOf(error));
}
