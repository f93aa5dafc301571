import type { AccessTokens } from "../../app_runtime/contracts/access_tokens.ts";
import { type KeyObjection, type SourceKind, sourceKind } from "../../app_runtime/contracts/unit_kind.ts";
import { type ImapConfig, imapSchema } from "./imap_schema.ts";
import type { MailToTask } from "./received_mail.ts";

/** What is left for account and folder in a task id of 512 characters. */
const namesLimit = 460;

const thisMachine: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1"]);

export interface ImapKindParts {
  /** What a mail becomes. */
  readonly toTask: MailToTask;
  /** The access tokens of a grant, for `auth: oauth2`. */
  readonly accessTokens: (grant: string) => AccessTokens;
}

/** `adapter: imap`: one folder of one mailbox. */
export function imapSourceKind({ toTask, accessTokens }: ImapKindParts): SourceKind {
  return sourceKind({
    kind: "imap",
    schema: imapSchema,
    journaled: true,
    findsAgain: true,
    check: objectionTo,
    worksOn: ({ user, account = user, folder }) => `imap:${account}:${isInbox(folder) ? "INBOX" : folder}`,
    create: async (config, parts) => {
      const { ImapSource } = await import("./imap_source.ts");
      const tokens = config.grant === undefined ? undefined : accessTokens(config.grant);
      return new ImapSource({ config, parts, toTask, tokens, random: Math.random });
    },
  });
}

/** INBOX alone is the same in any case, RFC 9051 §5.1. */
function isInbox(folder: string): boolean {
  return folder.toUpperCase() === "INBOX";
}

function objectionTo(config: ImapConfig): string | KeyObjection | undefined {
  const { host, security, allowClearText, auth, user, account = user, folder } = config;
  if (security === "none" && !allowClearText && !thisMachine.has(host)) {
    return `would send the ${auth === "oauth2" ? "access token" : "password"} to ${host} in clear text (\`security: none\`). Use tls or starttls, or set allowClearText: true.`;
  }
  const loginObjection = objectionToLogin(config);
  if (loginObjection !== undefined) return loginObjection;
  if (account.length + folder.length > namesLimit) {
    return `has an account and a folder that are together longer than ${namesLimit} characters and do not fit into task ids. Set a short \`account\`.`;
  }
  return objectionToKeywords(config) ?? objectionToFolders(config);
}

/** RFC 9051 §9, flag-keyword: an atom. */
const keywordShape = /^[^\s(){%*"\\\]\p{Cc}]{1,100}$/u;

function objectionToKeywords({ track, doneKeyword, deadLetterKeyword }: ImapConfig): string | undefined {
  for (const [key, keyword] of Object.entries({ doneKeyword, deadLetterKeyword })) {
    if (!keywordShape.test(keyword)) {
      return `has a \`${key}\` ("${keyword}") that no server takes. Use letters, digits, $, - and _.`;
    }
  }
  if (track === "keyword" && doneKeyword.toLowerCase() === deadLetterKeyword.toLowerCase()) {
    return `would tell done mails and given up ones by the same keyword. Set another \`doneKeyword\`.`;
  }
  return undefined;
}

function objectionToLogin({ auth, password, grant }: ImapConfig): string | KeyObjection | undefined {
  if (auth === "oauth2") {
    if (grant === undefined) return "has `auth: oauth2` and no `grant`. Set it to a name below platform.oauth2.grants.";
    return password === undefined ? undefined : "has `auth: oauth2` and a `password` it would not use. Take one out.";
  }
  if (password === undefined) {
    return { key: "password", why: "is missing. Set it, or `auth: oauth2` with a `grant`." };
  }
  return grant === undefined ? undefined : "has a `grant` and would not use it. Set `auth: oauth2`, or take it out.";
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
