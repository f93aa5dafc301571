import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** Config of `adapter: imap`: one folder of one mailbox as a source. */
export const imapSchema = {
  host: { doc: "Server name, without scheme or port.", format: "hostname", default: null },
  port: { doc: "Usually 993 for tls, 143 for starttls and none.", format: "port", default: 993 },
  security: {
    doc: "tls: encrypted from the first byte. starttls: encrypted before the login, or no login. none: in clear text.",
    format: ["tls", "starttls", "none"],
    default: "tls",
  },
  allowClearText: {
    doc: "Lets `security: none` reach a server that is not on this machine: anyone on the way reads the password.",
    format: "boolean",
    default: false,
  },
  ca: {
    doc: "PEM file of a private certificate authority. Absent: the authorities Node trusts.",
    format: "path",
    default: null,
    optional: true,
  },
  user: { doc: "Login name.", format: "nonempty", default: null },
  auth: {
    doc: "How it logs in. password: with `password`. oauth2: with an access token of `grant`.",
    format: ["password", "oauth2"],
    default: "password",
  },
  password: {
    doc: "Write ${env:NAME} or ${secret:name}; shown nowhere.",
    format: "secret",
    default: null,
    optional: true,
  },
  grant: {
    doc: "For `auth: oauth2`: a name below `platform.oauth2.grants`.",
    format: "nonempty",
    default: null,
    optional: true,
  },
  account: {
    doc: "Name of the mailbox in task ids. Keep it when the login or the host changes, or mails count as new. Absent: `user`.",
    format: "nonempty",
    default: null,
    optional: true,
  },
  folder: { doc: "Folder to read.", format: "nonempty", default: "INBOX" },
  mode: {
    doc: "idle: the server tells of new mail (IDLE), and every `rescanInterval` we look all the same. poll: look every `pollInterval`. A server without IDLE is polled.",
    format: ["idle", "poll"],
    default: "idle",
  },
  pollInterval: { doc: "Pause between two looks while polling.", format: "duration", default: "30s", min: "10ms" },
  rescanInterval: {
    doc: "Pause between two looks while the server tells of new mail: what it forgets to tell waits no longer than this.",
    format: "duration",
    default: "60s",
    min: "10ms",
  },
  since: {
    doc: "On the first start only mail that arrived within this time is taken; older unread mail stays untouched. Raise it later to reach further back.",
    format: "duration",
    default: "7d",
  },
  maxAge: {
    doc: "Mail that is older when we see it is never taken, at any time; how much is left alone for it is said. Absent: no limit but `since`.",
    format: "duration",
    default: null,
    optional: true,
    min: "1m",
  },
  window: {
    doc: "Mails that may be read ahead of the queue: bounds memory, together with `batch`.",
    format: "count",
    default: 200,
    min: 1,
    max: 500,
  },
  batch: { doc: "Mails fetched with one command.", format: "count", default: 200, min: 1, max: 500 },
  batchSize: {
    doc: "Bytes fetched with one command, unless a single mail is larger.",
    format: "size",
    default: "4MB",
    min: "1kB",
  },
  maxMailSize: {
    doc: "A larger mail is not fetched; its task says `tooLarge` and carries no content.",
    format: "size",
    default: "25MB",
    min: "1B",
  },
  maxIdle: {
    doc: "A connection that was not used for this long is asked whether it still lives.",
    format: "duration",
    default: "60s",
    min: "10ms",
  },
  socketTimeout: {
    doc: "A server that says nothing for this long while it owes an answer counts as dead.",
    format: "duration",
    default: "30s",
    min: "100ms",
  },
  freshSession: {
    doc: "A new connection at least this often: only a new one sees that the server renumbered the folder.",
    format: "duration",
    default: "10m",
    min: "100ms",
  },
  settleBatch: {
    doc: "Mails marked with one command.",
    format: "count",
    default: 200,
    min: 1,
    max: 500,
  },
  settleDelay: {
    doc: "How long a finished mail waits for others to be marked together with it.",
    format: "duration",
    default: "50ms",
  },
  deadLetterKeyword: {
    doc: "Keyword set on mails that were given up; they stay unread.",
    format: "nonempty",
    default: "$BotFailed",
  },
  track: {
    doc: "What tells a mail that is done. seen: \\Seen, so what a person reads first is never taken. keyword: `doneKeyword`; \\Seen is left to the people who read the mailbox, too.",
    format: ["seen", "keyword"],
    default: "seen",
  },
  doneKeyword: {
    doc: "Keyword set on done mails with `track: keyword`. Never change it while mails wait.",
    format: "nonempty",
    default: "$BotDone",
  },
  afterDone: {
    doc: "What becomes of a mail that is done, after it is marked. seen: it stays. move: it goes to `doneFolder`.",
    format: ["seen", "move"],
    default: "seen",
  },
  doneFolder: {
    doc: "Where done mails go with `afterDone: move`. Write / between levels, whatever the server's separator is.",
    format: "nonempty",
    default: null,
    optional: true,
  },
  afterFailure: {
    doc: "What becomes of a mail that was given up, after it got the `deadLetterKeyword`. keyword: it stays. move: it goes, unread, to `failedFolder`.",
    format: ["keyword", "move"],
    default: "keyword",
  },
  failedFolder: {
    doc: "Where mails that were given up go with `afterFailure: move`.",
    format: "nonempty",
    default: null,
    optional: true,
  },
  createFolders: {
    doc: "Whether `doneFolder` and `failedFolder` are made when they are missing.",
    format: "boolean",
    default: true,
  },
  reconnectMin: {
    doc: "Longest wait before the first reconnect; it doubles with each failure.",
    format: "duration",
    default: "1s",
    min: "1ms",
  },
  reconnectMax: { doc: "Longest wait before any reconnect.", format: "duration", default: "30s", min: "1ms" },
  refusedWait: {
    doc: "Wait after a refused login: servers lock accounts that try too often.",
    format: "duration",
    default: "5m",
    min: "1ms",
  },
} as const satisfies Schema;

export type ImapConfig = ConfigOf<typeof imapSchema>;
