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

export const usage = `Mail order bot: reads order mails, answers each once.

  npm start                                     the demonstration: its own mail server, some sample mails
  npm start -- --config config/real_mailbox.yaml   a real mailbox

  --config FILE    configuration (YAML or JSON); may be repeated, a later one goes over an earlier one
  --set KEY=VALUE  one value over the files: --set platform.control.port=9090
  --secrets DIR    where \${secret:name} finds its files
  --help           this text

Signals: SIGTERM and SIGINT stop (a second one at once), SIGHUP reloads the configuration.
Exit codes: 0 stopped, 1 failed, 75 the data directory or a port is taken, 78 the configuration is wrong.
`;

/** The command line cannot be understood. */
export class CommandLineError extends RuntimeError {
  readonly code = "BOT_COMMAND_LINE";
}

/** @throws {CommandLineError} */
export function readCommandLine(argv: readonly string[]): CommandLine {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: "string", multiple: true, default: [] },
        set: { type: "string", multiple: true, default: [] },
        secrets: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    return {
      configFiles: values.config,
      settings: values.set,
      help: values.help,
      ...(values.secrets === undefined ? {} : { secretsDir: values.secrets }),
    };
  } catch (error) {
    throw new CommandLineError(`${messageOf(error)} Try --help.`, { cause: error });
  }
}
