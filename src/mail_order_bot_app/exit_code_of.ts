import { exitCodes, RuntimeError } from "../app_runtime/index.ts";

/** Errors after which another try, later or with another port or directory, may well succeed. */
const temporary: ReadonlySet<string> = new Set([
  "DATA_DIR_HELD",
  "CONTROL_PORT_TAKEN",
  "DEV_MAIL_PORT_UNAVAILABLE",
  "OAUTH2_UNAVAILABLE",
]);
/** Mistakes in what the operator wrote. */
const configuration: ReadonlySet<string> = new Set([
  "CONFIG_INVALID",
  "BOT_COMMAND_LINE",
  "BOT_DATA_FILE",
  "DATA_DIR_UNUSABLE",
  "SMTP_CLEAR_TEXT",
  "OAUTH2_CLIENT_REFUSED",
]);

/** The exit code for an error that ended the start (sysexits.h). */
export function exitCodeOf(error: unknown): number {
  const codes = [...chainOf(error)].map((link) => (link instanceof RuntimeError ? link.code : ""));
  if (codes.some((code) => configuration.has(code))) return exitCodes.config;
  if (codes.some((code) => temporary.has(code))) return exitCodes.temporary;
  return exitCodes.failed;
}

/** What went wrong, for a person: a sentence for what we foresaw, the stack for what we did not. */
export function explain(error: unknown): string {
  if (error instanceof RuntimeError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function* chainOf(error: unknown): Iterable<unknown> {
  for (let link = error; link !== undefined && link !== null; link = link instanceof Error ? link.cause : undefined) {
    yield link;
  }
}
