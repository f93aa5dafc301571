import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** The address of a Redis in the config cannot be used as it stands. */
export class RedisAddressError extends RuntimeError {
  readonly code = "REDIS_ADDRESS";
  override readonly failureClass = "permanent";
}

/** No answer: it is down, elsewhere, or the way to it is cut. Connections are made anew by themselves. */
export class RedisUnreachableError extends RuntimeError {
  readonly code = "REDIS_UNREACHABLE";
  override readonly failureClass = "outage";

  constructor(address: string, why: string, options?: ErrorOptions) {
    super(`Redis at ${address} cannot be reached: ${why}. Is it running, and is its address right?`, options);
  }
}

/** It refuses who we are, or what we may do. */
export class RedisLoginError extends RuntimeError {
  readonly code = "REDIS_LOGIN";
  override readonly failureClass = "outage";

  constructor(address: string, answer: string) {
    super(`Redis at ${address} refuses the login: ${answer} Check \`user\` and \`password\`.`);
  }
}

/** A server that would lose tasks or does not know the commands. */
export class RedisUnfitError extends RuntimeError {
  readonly code = "REDIS_UNFIT";
  override readonly failureClass = "outage";

  constructor(address: string, why: string) {
    super(`Redis at ${address} cannot keep tasks: ${why}`);
  }
}

/** It has reached its maxmemory and refuses to write; reading and finishing go on. */
export class RedisFullError extends RuntimeError {
  readonly code = "REDIS_FULL";
  override readonly failureClass = "outage";

  constructor(address: string) {
    super(
      `Redis at ${address} is out of memory: nothing was stored. Raise its maxmemory, or let the workers catch up.`,
    );
  }
}

/** It cannot write to its own disk and refuses to write at all, so that nothing is accepted that a restart would lose. */
export class RedisDiskError extends RuntimeError {
  readonly code = "REDIS_DISK";
  override readonly failureClass = "outage";

  constructor(address: string, why: string) {
    super(
      `Redis at ${address} takes no writes because it cannot write to its own disk: ${why}. Make room there; work goes on by itself.`,
    );
  }
}

/** Anything that a client threw, as one of the errors above; our own errors and bugs stay as they are. */
export function redisFailure(address: string, error: unknown): unknown {
  if (error instanceof RuntimeError) return error;
  const text = messageOf(error);
  const code = String(Reflect.get(Object(error), "code") ?? "");
  if (/^(WRONGPASS|NOAUTH|NOPERM)|invalid (password|username)|without any password configured/i.test(text)) {
    return new RedisLoginError(address, `${text.replace(/\.$/, "")}.`);
  }
  if (/^OOM /.test(text)) return new RedisFullError(address);
  if (/^MISCONF /.test(text)) return new RedisDiskError(address, diskTrouble(text));
  if (/^READONLY/.test(text)) return new RedisUnfitError(address, "it is a replica and takes no writes.");
  if (/^(LOADING|MASTERDOWN|CLUSTERDOWN)/.test(text)) return new RedisUnreachableError(address, text);
  if (/DB index is out of range/.test(text)) return new RedisUnfitError(address, "it has no database of that number.");
  if (isOfConnection(text, code)) {
    return new RedisUnreachableError(address, sentenceOf(text, code), { cause: error });
  }
  return error;
}

/** MISCONF Errors writing to the AOF file: No space left on device script: 19b4…, on @user_script:418. */
function diskTrouble(text: string): string {
  const [, why] = /AOF file: (.*?)(?: script: .*)?$/.exec(text) ?? [];
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
  if (/max retries per request/.test(text)) return "the connection broke";
  if (code === "ENOTFOUND") return "there is no server of that name";
  return text.replace(/\.$/, "") || code;
}
