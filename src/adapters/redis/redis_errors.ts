import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";

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

/** It refuses who we are. */
export class RedisLoginError extends RuntimeError {
  readonly code = "REDIS_LOGIN";
  override readonly failureClass = "outage";

  constructor(address: string, answer: string) {
    super(`Redis at ${address} refuses the login: ${answer} Check \`user\` and \`password\`.`);
  }
}

/** It knows us, but lacks a right that we need. */
export class RedisPermissionError extends RuntimeError {
  readonly code = "REDIS_PERMISSION";
  override readonly failureClass = "outage";

  constructor(address: string, answer: string) {
    super(
      `Redis at ${address} does not let this login do its work: ${answer}. Give it the right (ACL SETUSER), or name another \`user\`.`,
    );
  }
}

/** A server that would lose tasks or does not know the commands. */
export class RedisUnfitError extends RuntimeError {
  readonly code = "REDIS_UNFIT";
  override readonly failureClass = "outage";

  constructor(address: string, why: string) {
    super(`Redis at ${address} will not do: ${why}`);
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

/** It answers, but cannot serve anybody now. */
export class RedisNotServingError extends RuntimeError {
  readonly code = "REDIS_NOT_SERVING";
  override readonly failureClass = "outage";

  constructor(address: string, why: string) {
    super(`Redis at ${address} cannot serve now: ${why}`);
  }
}

/** Under a name of ours lies something that we did not write. */
export class RedisForeignDataError extends RuntimeError {
  readonly code = "REDIS_FOREIGN_DATA";
  override readonly failureClass = "outage";

  constructor(address: string, keys: readonly string[]) {
    const where = keys.length === 0 ? "a key that this runtime uses" : `one of the keys ${keys.join(", ")}`;
    super(
      `Redis at ${address} has something of another kind under ${where}: another program uses the same database. Name another \`db\`, or delete that key.`,
    );
  }
}
