import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

const tlsSchema = {
  ca: {
    doc: "PEM file of a private certificate authority. Absent: the authorities Node trusts.",
    format: "path",
    default: null,
    optional: true,
  },
  serverName: {
    doc: "Name in the server's certificate, when it is not `host`.",
    format: "hostname",
    default: null,
    optional: true,
  },
} as const satisfies Schema;

/** How to reach a Redis, or a server that speaks like one (Valkey). */
export const redisSchema = {
  host: { doc: "Server name or address.", format: "hostname", default: "127.0.0.1" },
  port: { doc: "Its port.", format: "port", default: 6379 },
  db: { doc: "Number of the database on that server.", format: "count", default: 0 },
  user: {
    doc: "Login name of an ACL user. Absent: the default user.",
    format: "nonempty",
    default: null,
    optional: true,
  },
  password: {
    doc: "Write ${env:NAME} or ${secret:name}; shown nowhere.",
    format: "secret",
    default: null,
    optional: true,
  },
  url: {
    doc: "redis://user:password@host:port/db, or rediss:// for TLS: replaces the keys above.",
    format: "nonempty",
    default: null,
    optional: true,
    sensitive: true,
  },
  tls: {
    doc: "Present (`tls: {}` is enough): the connection is encrypted.",
    format: "section",
    of: tlsSchema,
    optional: true,
  },
  connectTimeout: {
    doc: "Time for name lookup, connection and login.",
    format: "duration",
    default: "5s",
    min: "10ms",
  },
  answerTimeout: {
    doc: "A server that owes an answer for this long counts as lost: the connection is made anew.",
    format: "duration",
    default: "5s",
    min: "100ms",
  },
} as const satisfies Schema;

export type RedisConfig = ConfigOf<typeof redisSchema>;
