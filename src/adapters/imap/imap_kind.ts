import { type SourceKind, sourceKind } from "../../app_runtime/contracts/unit_kind.ts";
import { ImapClearTextError, ImapNamesTooLongError } from "./imap_errors.ts";
import { type ImapConfig, imapSchema } from "./imap_schema.ts";
import type { MailToTask } from "./received_mail.ts";

/** What is left for account and folder in a task id of 512 characters. */
const namesLimit = 460;

const thisMachine: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1"]);

/** `adapter: imap`: one folder of one mailbox. `toTask` says what a mail becomes. */
export function imapSourceKind({ toTask }: { readonly toTask: MailToTask }): SourceKind {
  return sourceKind({
    kind: "imap",
    schema: imapSchema,
    journaled: true,
    create: async (config, parts) => {
      checkConfig(parts.name, config);
      const { ImapSource } = await import("./imap_source.ts");
      return new ImapSource({ config, parts, toTask, random: Math.random });
    },
  });
}

/** What no single key can say. @throws {ImapClearTextError}, {ImapNamesTooLongError} */
export function checkConfig(source: string, config: ImapConfig): void {
  if (config.security === "none" && !config.allowClearText && !thisMachine.has(config.host)) {
    throw new ImapClearTextError(source, config.host);
  }
  if ((config.account ?? config.user).length + config.folder.length > namesLimit) {
    throw new ImapNamesTooLongError(source, namesLimit);
  }
}
