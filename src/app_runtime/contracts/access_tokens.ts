import { RuntimeError } from "../base/runtime_error.ts";

/** Access tokens of one account, for protocols that take one in place of a password (RFC 6749 §1.4). */
export interface AccessTokens {
  /**
   * A token that is valid for a while. `refused` is one that a server has just refused: it is not given again.
   * @throws {AccessTokenError}, or the reason of `signal` when it aborts.
   */
  get(options?: { readonly refused?: string | undefined; readonly signal?: AbortSignal | undefined }): Promise<string>;
}

/**
 * There is no access token, and the message says why in sentences. The failure class `outage` means that it may come by
 * itself, `permanent` that a person has to act first.
 */
export abstract class AccessTokenError extends RuntimeError {}
