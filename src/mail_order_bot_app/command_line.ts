import { parseArgs } from "node:util";
import { messageOf, RuntimeError } from "../app_runtime/index.ts";

/** What the operator asked for. */
export interface CommandLine {
  /** Absent: the embedded demonstration. Lowest layer first. */
  readonly configFiles: readonly string[];
  /** "platform.control.port=9090". */
  readonly settings: readonly string[];
  readonly secretsDir?: string;
  readonly help: boolean;
}

/** What `main.ts` understands beyond that. */
export interface BotCommandLine extends CommandLine {
  /** Only look and tell; absent: run. */
  readonly dryRun?: { readonly json: boolean; readonly newest: number };
}

const newestLimit = 1_000;

export const usage = `Mail order bot: reads order mails, answers each once.

  npm start                                     the demonstration: its own mail server, some sample mails
  npm start -- --config config/real_mailbox.yaml   a real mailbox

  --config FILE    configuration (YAML or JSON); may be repeated, a later one goes over an earlier one
  --set KEY=VALUE  one value over the files: --set platform.control.port=9090
  --secrets DIR    where \${secret:name} finds its files
  --dry-run        change nothing: say what would become of the mails in each mailbox, and end
  --newest N       with --dry-run: decide the newest N mails of each mailbox (50)
  --json           with --dry-run: tell it as JSON
  --help           this text

Signals: SIGTERM and SIGINT stop (a second one at once), SIGHUP reloads the configuration.
Exit codes: 0 stopped, 1 failed, 75 the data directory or a port is taken, 78 the configuration is wrong.
`;

/** The command line cannot be understood. */
export class CommandLineError extends RuntimeError {
  readonly code = "BOT_COMMAND_LINE";
}

/** @throws {CommandLineError} */
export function readCommandLine(argv: readonly string[]): BotCommandLine {
  const values = parsed(argv);
  const dryRun = dryRunOf(values);
  return {
    configFiles: values.config,
    settings: values.set,
    help: values.help,
    ...(values.secrets === undefined ? {} : { secretsDir: values.secrets }),
    ...(dryRun === undefined ? {} : { dryRun }),
  };
}

function dryRunOf(values: ReturnType<typeof parsed>): BotCommandLine["dryRun"] {
  const { newest = "50", json } = values;
  if (!values["dry-run"]) {
    if (json || values.newest !== undefined) throw new CommandLineError("--json and --newest go with --dry-run only.");
    return undefined;
  }
  if (values.config.length === 0) throw new CommandLineError("--dry-run needs a mailbox: add --config FILE.");
  if (!/^[1-9]\d{0,3}$/.test(newest) || Number(newest) > newestLimit) {
    throw new CommandLineError(`--newest ${newest} is not a number from 1 to ${newestLimit}.`);
  }
  return { json, newest: Number(newest) };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        config: { type: "string", multiple: true, default: [] },
        set: { type: "string", multiple: true, default: [] },
        secrets: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        newest: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new CommandLineError(`${messageOf(error)} Try --help.`, { cause: error });
  }
}
