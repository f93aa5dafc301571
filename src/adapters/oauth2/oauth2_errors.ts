import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import { AccessTokenError } from "../../app_runtime/contracts/access_tokens.ts";

/** There is no login yet, or the provider has ended it: expired, revoked, password changed. */
export class Oauth2LoginNeededError extends AccessTokenError {
  readonly code = "OAUTH2_LOGIN_NEEDED";
  override readonly failureClass = "permanent";

  constructor(why: string, loginCommand: string) {
    super(`${why} Somebody has to log in: ${loginCommand}`);
  }
}

/** The provider does not know the application, or not with this secret or these rights. */
export class Oauth2ClientRefusedError extends AccessTokenError {
  readonly code = "OAUTH2_CLIENT_REFUSED";
  override readonly failureClass = "permanent";

  constructor(grant: string, host: string, detail: string) {
    super(
      `${host} refuses the application of grant "${grant}" (${detail}). Check \`clientId\`, \`clientSecret\`, \`tenant\` and \`scope\`, and how it is registered there.`,
    );
  }
}

/** The provider does not answer, or not with a token. */
export class Oauth2UnavailableError extends AccessTokenError {
  readonly code = "OAUTH2_UNAVAILABLE";
  override readonly failureClass = "outage";

  constructor(grant: string, host: string, detail: string) {
    super(`${host} gives no access token for grant "${grant}" (${detail}).`);
  }
}

/** The file that keeps a login cannot be read or written. */
export class Oauth2TokenFileError extends AccessTokenError {
  readonly code = "OAUTH2_TOKEN_FILE";
  override readonly failureClass = "outage";

  constructor(path: string, cause: unknown) {
    super(`The token file ${path} cannot be used (${messageOf(cause)}). Check its disk and its owner.`);
  }
}

/** Another process is renewing the same login, or holds it and hangs. */
export class Oauth2GrantBusyError extends AccessTokenError {
  readonly code = "OAUTH2_GRANT_BUSY";
  override readonly failureClass = "outage";

  constructor(grant: string, waitedMs: number) {
    super(
      `Another process has held the login of grant "${grant}" for more than ${waitedMs} ms. If one is stopped or hangs, end it.`,
    );
  }
}

/** A unit names a grant that was not there when the runtime started. */
export class Oauth2GrantUnknownError extends RuntimeError {
  readonly code = "OAUTH2_GRANT_UNKNOWN";
  override readonly failureClass = "permanent";

  constructor(grant: string) {
    super(`There was no grant "${grant}" when the runtime started; grants are made at the start. Restart it.`);
  }
}

/** Nobody has logged in: declined, too late, or the provider does not go along. */
export class Oauth2LoginFailedError extends RuntimeError {
  readonly code = "OAUTH2_LOGIN_FAILED";
}
