import { readFileSync } from "node:fs";
import type { RedisOptions } from "ioredis";
import { RedisAddressError } from "./redis_errors.ts";
import type { RedisConfig } from "./redis_schema.ts";

/** Where the server is and how one logs in there. */
export interface RedisAddress {
  readonly options: Omit<RedisOptions, "replyMapping">;
  /** host:port/db, without a secret: for people. */
  readonly text: string;
}

/** @throws {RedisAddressError} for a URL that is none, or a CA file that cannot be read. */
export function redisAddress(config: RedisConfig): RedisAddress {
  const place = config.url === undefined ? config : placeOf(config.url);
  const { host, port, db, user, password } = place;
  const isEncrypted = config.tls !== undefined || config.url?.startsWith("rediss:") === true;
  return {
    options: {
      host,
      port,
      db,
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      ...(isEncrypted && { tls: tlsOptions(config.tls) }),
    },
    text: `${host}:${port}/${db}`,
  };
}

/** host:port/db of a config: the same for all that mean one server; "?" for a URL that is none. */
export function redisPlace(config: RedisConfig): string {
  try {
    const { host, port, db } = config.url === undefined ? config : placeOf(config.url);
    return `${host}:${port}/${db}`;
  } catch {
    return "?";
  }
}

type Place = Pick<RedisConfig, "host" | "port" | "db" | "user" | "password">;

function placeOf(text: string): Place {
  const url = URL.parse(text);
  const isOurs = url?.protocol === "redis:" || url?.protocol === "rediss:";
  const db = Number(url?.pathname.slice(1) ?? 0);
  if (url === null || !isOurs || url.hostname === "" || !Number.isInteger(db)) {
    throw new RedisAddressError("`url` must look like redis://user:password@host:port/0 (rediss:// for TLS).");
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 6379 : Number(url.port),
    db,
    ...(url.username !== "" && { user: decodeURIComponent(url.username) }),
    ...(url.password !== "" && { password: decodeURIComponent(url.password) }),
  };
}

function tlsOptions(tls: RedisConfig["tls"]): NonNullable<RedisOptions["tls"]> {
  return {
    ...(tls?.ca !== undefined && { ca: readCa(tls.ca) }),
    ...(tls?.serverName !== undefined && { servername: tls.serverName }),
  };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new RedisAddressError(`The CA file ${path} of \`tls\` cannot be read.`, { cause: error });
  }
}
