import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import {
  RedisDiskError,
  RedisForeignDataError,
  RedisFullError,
  RedisLoginError,
  RedisNotServingError,
  RedisPermissionError,
  RedisUnfitError,
  RedisUnreachableError,
} from "./redis_errors.ts";

/** What a server said, as a sentence of ours; `keys` are those that were asked for. */
type Reading = (address: string, reply: string, keys: readonly string[]) => RuntimeError;

const severalServers =
  "it is a part of a Redis Cluster, which spreads its keys over several servers. Name a server that has all keys.";

/** The first that matches. Redis and Valkey say some things differently, and in a script differently again. */
const readings: readonly (readonly [RegExp, Reading])[] = [
  [
    /^(WRONGPASS|NOAUTH)|invalid (password|username)|without any password configured/i,
    (address, reply) => new RedisLoginError(address, `${reply}.`),
  ],
  [
    /^NOPERM|^ERR ACL failure in script|user executing the script can't/,
    (address, reply) => new RedisPermissionError(address, withoutCode(reply)),
  ],
  [/^OOM /, (address) => new RedisFullError(address)],
  [/^MISCONF /, (address, reply) => new RedisDiskError(address, diskTrouble(reply))],
  [/^WRONGTYPE|^ERR hash value is not/, (address, _reply, keys) => new RedisForeignDataError(address, keys)],
  [/^READONLY/, (address) => new RedisUnfitError(address, "it is a replica and takes no writes. Name its primary.")],
  [/^(CLUSTERDOWN|MOVED|ASK|CROSSSLOT|TRYAGAIN) |cluster is down|in cluster mode/, unfit(severalServers)],
  [/^ERR DB index is out of range/, unfit("it has no database of that number. Correct `db`.")],
  [
    /^ERR unknown command/,
    (address, reply) => {
      const [, command = "?"] = /command\s+['`"]?([\w|]+)/.exec(reply) ?? [];
      return new RedisUnfitError(
        address,
        `it does not know the command ${command.toUpperCase()}. It is too old, or the command was renamed there.`,
      );
    },
  ],
  [/^DENIED/, unfit("it is in protected mode and serves its own machine alone. Give it a password or an ACL.")],
  [/^Unknown RESP type/, unfit("what answers there is no Redis, or wants `tls`. Is its port right?")],
  [/^LOADING/, notServing("it was started and still loads its data. Nothing needs to be done.")],
  [/^BUSY/, notServing("a script of somebody keeps it busy. It goes on when that ends, or with SCRIPT KILL.")],
  [/^MASTERDOWN/, notServing("it is a replica that has lost its primary. Start the primary, and name that one.")],
  [
    /^NOREPLICAS/,
    notServing("it takes no writes, for it has fewer replicas than its min-replicas-to-write. Start them."),
  ],
  [/max number of clients/, notServing("it has as many clients as it takes. Raise its maxclients.")],
];

function unfit(why: string): Reading {
  return (address) => new RedisUnfitError(address, why);
}

function notServing(why: string): Reading {
  return (address) => new RedisNotServingError(address, why);
}

/** Anything that a client threw, as one of our errors; those that are it already, and bugs, stay as they are. */
export function redisFailure(address: string, error: unknown, keys: readonly string[] = []): unknown {
  if (error instanceof RuntimeError) return error;
  const text = messageOf(error);
  const code = String(Reflect.get(Object(error), "code") ?? "");
  const [, read] = readings.find(([pattern]) => pattern.test(text)) ?? [];
  if (read !== undefined) return read(address, withoutPlace(text), keys);
  if (!isOfConnection(text, code)) return error;
  return new RedisUnreachableError(address, sentenceOf(text, code), { cause: error });
}

/** "... script: 19b4…, on @user_script:418." tells where in a script of ours it was, which helps nobody who reads it. */
function withoutPlace(text: string): string {
  return text.replace(/ script: \w+, on @user_script:\d+\.?$/, "").replace(/\.$/, "");
}

/** NOPERM User bot has no permissions to run the 'eval' command. */
function withoutCode(reply: string): string {
  return reply.replace(/^(NOPERM|ERR ACL failure in script:|ERR) /, "");
}

/** MISCONF Errors writing to the AOF file: No space left on device. */
function diskTrouble(reply: string): string {
  const [, why] = /AOF file: (.*)$/.exec(reply) ?? [];
  return why ?? "its snapshots (RDB) fail, and its log says why";
}

const connectionCodes =
  /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EPROTO|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/;
const connectionTexts =
  /Connection is closed|writeable|writable|max retries per request|connect ETIMEDOUT|socket|Socket|certificate/;

function isOfConnection(text: string, code: string): boolean {
  return connectionCodes.test(code) || connectionTexts.test(text);
}

function sentenceOf(text: string, code: string): string {
  if (/certificate|CERT_|SELF_SIGNED|UNABLE_TO|DEPTH_ZERO/.test(`${code} ${text}`)) {
    return `its certificate is not trusted (${text}); name its authority in \`tls.ca\``;
  }
  if (code === "ECONNREFUSED") return "nobody listens there";
  if (code === "ECONNRESET") return "it broke the connection off; if it does so each time, it may want `tls`";
  if (code === "EPIPE" || /max retries per request|Connection is closed|writeable/.test(text))
    return "the connection broke";
  if (code === "ENOTFOUND") return "there is no server of that name";
  return text.replace(/\.$/, "") || code;
}
