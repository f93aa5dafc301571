import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

const grantSchema = {
  provider: {
    doc: "Who gives the tokens. microsoft: Microsoft 365 and outlook.com. google: Gmail and Workspace. custom: the endpoints below.",
    format: ["microsoft", "google", "custom"],
    default: null,
    restart: true,
  },
  tenant: {
    doc: "microsoft: id or domain of the directory; `organizations` for any, `consumers` for outlook.com.",
    format: "hostname",
    default: "organizations",
    restart: true,
  },
  clientId: { doc: "Id of the application as registered there.", format: "nonempty", default: null, restart: true },
  clientSecret: {
    doc: "Only if the application has one. Write ${env:NAME} or ${secret:name}; shown nowhere.",
    format: "secret",
    default: null,
    optional: true,
    restart: true,
  },
  scope: {
    doc: "What is asked for, with spaces between. Absent: reading by IMAP and sending by SMTP, for microsoft and google.",
    format: "nonempty",
    default: null,
    optional: true,
    restart: true,
  },
  tokenEndpoint: {
    doc: "URL that gives tokens. custom needs it; for the others only in clouds of their own.",
    format: "url",
    default: null,
    optional: true,
    restart: true,
  },
  authorizationEndpoint: {
    doc: "URL a person's browser logs in at (`npm run mail_login`).",
    format: "url",
    default: null,
    optional: true,
    restart: true,
  },
  deviceEndpoint: {
    doc: "URL that gives codes to log in with on another device; where there is one, it is used.",
    format: "url",
    default: null,
    optional: true,
    restart: true,
  },
  tokenFile: {
    doc: "Where the login is kept, for this user only. Absent: `oauth2/<name>.json` in `platform.dataDir`.",
    format: "path",
    default: null,
    optional: true,
    restart: true,
  },
} as const satisfies Schema;

/** `platform.oauth2`. */
export const oauth2Schema = {
  grants: {
    doc: "Logins by OAuth 2.0: units with `auth: oauth2` name one, and several units may share it.",
    format: "map",
    of: grantSchema,
  },
} as const satisfies Schema;

export type Oauth2Config = ConfigOf<typeof oauth2Schema>;
export type GrantConfig = ConfigOf<typeof grantSchema>;
