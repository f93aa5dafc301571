import { parseArgs } from "node:util";
import { messageOf } from "../app_runtime/index.ts";
import { type CommandLine, CommandLineError } from "./command_line.ts";

/** Which login, of which configuration. */
export interface MailLoginCommandLine extends CommandLine {
  /** Absent: the only one there is. */
  readonly grant?: string;
  /** Rather than a code for another device. */
  readonly browser: boolean;
  /** 0 takes any that is free. */
  readonly port: number;
}

export const mailLoginUsage = `Logs a mailbox in by OAuth 2.0 and keeps the login where the bot finds it.

  npm run mail_login -- --config my_mailbox.yaml --grant orders

  --config FILE    the bot's configuration; repeat it as for the bot
  --grant NAME     a name below platform.oauth2.grants; may be left out when there is but one
  --browser        log in with a browser here, where a code for another device is not allowed
  --port PORT      port of this machine the browser comes back to; any that is free unless told
  --set KEY=VALUE  as for the bot
  --secrets DIR    as for the bot
  --help           this text

The bot may run meanwhile: it finds the new login by itself.
Exit codes: 0 logged in, 1 not logged in, 75 the provider cannot be reached, 78 the configuration is wrong.
`;

/** @throws {CommandLineError} */
export function readMailLoginCommandLine(argv: readonly string[]): MailLoginCommandLine {
  const { values } = parsed(argv);
  if (values.config.length === 0 && !values.help) throw new CommandLineError("--config is missing. Try --help.");
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new CommandLineError(`--port ${values.port} is no port. Use a number from 0 to 65535.`);
  }
  return {
    configFiles: values.config,
    settings: values.set,
    help: values.help,
    browser: values.browser,
    port: Number(values.port),
    ...(values.secrets === undefined ? {} : { secretsDir: values.secrets }),
    ...(values.grant === undefined ? {} : { grant: values.grant }),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        config: { type: "string", multiple: true, default: [] },
        set: { type: "string", multiple: true, default: [] },
        secrets: { type: "string" },
        grant: { type: "string" },
        browser: { type: "boolean", default: false },
        port: { type: "string", default: "0" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new CommandLineError(`${messageOf(error)} Try --help.`, { cause: error });
  }
}

/** What to type to log in for a grant of the configuration that a program was started with. */
export function mailLoginCommand(commandLine: CommandLine, grant: string): string {
  const { configFiles, settings, secretsDir } = commandLine;
  const options = [
    ...configFiles.flatMap((file) => ["--config", file]),
    // Their values may be secrets.
    ...settings.flatMap((setting) => ["--set", `${setting.split("=")[0]}=...`]),
    ...(secretsDir === undefined ? [] : ["--secrets", secretsDir]),
    "--grant",
    grant,
  ];
  return `npm run mail_login -- ${options.map(quoted).join(" ")}`;
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
