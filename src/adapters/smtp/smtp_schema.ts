import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** Config of an outgoing mail server. */
export const smtpSchema = {
  host: { doc: "Server name, without scheme or port.", format: "hostname", default: null, restart: true },
  port: {
    doc: "Usually 465 for tls, 587 for starttls, 25 within a site.",
    format: "port",
    default: 587,
    restart: true,
  },
  security: {
    doc: "tls: encrypted from the first byte. starttls: encrypted before anything is said, or nothing is sent. none: in clear text.",
    format: ["tls", "starttls", "none"],
    default: "starttls",
    restart: true,
  },
  allowClearText: {
    doc: "Lets `security: none` reach a server that is not on this machine: anyone on the way reads the mails.",
    format: "boolean",
    default: false,
    restart: true,
  },
  ca: {
    doc: "PEM file of a private certificate authority. Absent: the authorities Node trusts.",
    format: "path",
    default: null,
    optional: true,
    restart: true,
  },
  user: { doc: "Login name. Absent: no login.", format: "nonempty", default: null, optional: true, restart: true },
  auth: {
    doc: "How `user` logs in. password: with `password`. oauth2: with an access token of `grant`.",
    format: ["password", "oauth2"],
    default: "password",
    restart: true,
  },
  password: {
    doc: "Write ${env:NAME} or ${secret:name}; shown nowhere.",
    format: "secret",
    default: null,
    optional: true,
    restart: true,
  },
  grant: {
    doc: "For `auth: oauth2`: a name below `platform.oauth2.grants`; sources may use the same.",
    format: "nonempty",
    default: null,
    optional: true,
    restart: true,
  },
  connections: {
    doc: "Mails sent at once, each over its own connection.",
    format: "count",
    default: 2,
    min: 1,
    max: 20,
    restart: true,
  },
  connectTimeout: {
    doc: "Time for name lookup and connection.",
    format: "duration",
    default: "10s",
    min: "10ms",
    restart: true,
  },
  greetingTimeout: {
    doc: "Time for the server's first words.",
    format: "duration",
    default: "20s",
    min: "10ms",
    restart: true,
  },
  socketTimeout: {
    doc: "A server that says nothing for this long while it owes an answer counts as unreachable.",
    format: "duration",
    default: "60s",
    min: "10ms",
    restart: true,
  },
  sendTimeout: {
    doc: "Time for one mail, connecting included; bounds a server that trickles.",
    format: "duration",
    default: "2m",
    min: "10ms",
    restart: true,
  },
} as const satisfies Schema;

export type SmtpConfig = ConfigOf<typeof smtpSchema>;
