import { type SourceKind, sourceKind } from "../../app_runtime/contracts/unit_kind.ts";
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
    check: objectionTo,
    create: async (config, parts) => {
      const { ImapSource } = await import("./imap_source.ts");
      return new ImapSource({ config, parts, toTask, random: Math.random });
    },
  });
}

function objectionTo(config: ImapConfig): string | undefined {
  const { host, security, allowClearText, user, account = user, folder } = config;
  if (security === "none" && !allowClearText && !thisMachine.has(host)) {
    return `would send the password to ${host} in clear text (\`security: none\`). Use tls or starttls, or set allowClearText: true.`;
  }
  if (account.length + folder.length > namesLimit) {
    return `has an account and a folder that are together longer than ${namesLimit} characters and do not fit into task ids. Set a short \`account\`.`;
  }
  return objectionToFolders(config);
}

function objectionToFolders(config: ImapConfig): string | undefined {
  const { folder, afterDone, doneFolder, afterFailure, failedFolder } = config;
  const moves = [
    { key: "doneFolder", value: doneFolder, wanted: afterDone === "move", by: "afterDone: move" },
    { key: "failedFolder", value: failedFolder, wanted: afterFailure === "move", by: "afterFailure: move" },
  ];
  for (const { key, value, wanted, by } of moves) {
    if (wanted && value === undefined) return `has \`${by}\` and no \`${key}\` to move mails to. Set \`${key}\`.`;
    if (!wanted && value !== undefined) return `has a \`${key}\` and would not use it. Set \`${by}\`, or take it out.`;
    if (value === folder) return `would move finished mails of "${folder}" into "${folder}". Set another \`${key}\`.`;
  }
  return undefined;
}
