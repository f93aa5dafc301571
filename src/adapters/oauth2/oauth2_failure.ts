import type * as OAuth from "oauth4webapi";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { AccessTokenError } from "../../app_runtime/contracts/access_tokens.ts";
import { Oauth2ClientRefusedError, Oauth2LoginNeededError, Oauth2UnavailableError } from "./oauth2_errors.ts";

/** Of whom the failure is told. */
export interface FailurePlace {
  readonly grant: string;
  readonly host: string;
  readonly loginCommand: string;
  /** What must not be repeated, should the provider quote it. */
  readonly secrets: readonly string[];
}

/** What RFC 6749 §5.2 and the providers say when the login itself is over. */
const loginOver = new Set(["invalid_grant", "interaction_required", "consent_required", "login_required"]);

const clientRefused = new Set([
  "invalid_client",
  "unauthorized_client",
  "invalid_scope",
  "unsupported_grant_type",
  "invalid_request",
  "access_denied",
]);

/**
 * Names what went wrong at the token endpoint. The thrown error itself is not kept as a cause: it may hold the answer, and
 * the answer a token.
 */
export function oauth2Failure(thrown: unknown, place: FailurePlace, library: typeof OAuth): AccessTokenError {
  const { grant, host } = place;
  const detail = withoutSecrets(detailOf(thrown, library), place.secrets);
  if (thrown instanceof library.WWWAuthenticateChallengeError && thrown.status === 401) {
    return new Oauth2ClientRefusedError(grant, host, detail);
  }
  if (!(thrown instanceof library.ResponseBodyError) || thrown.status >= 500 || thrown.status === 429) {
    return new Oauth2UnavailableError(grant, host, detail);
  }
  if (loginOver.has(thrown.error)) {
    return new Oauth2LoginNeededError(`The login of grant "${grant}" is over (${detail}).`, place.loginCommand);
  }
  if (clientRefused.has(thrown.error)) return new Oauth2ClientRefusedError(grant, host, detail);
  return new Oauth2UnavailableError(grant, host, detail);
}

function detailOf(thrown: unknown, library: typeof OAuth): string {
  if (thrown instanceof library.ResponseBodyError) {
    const { error, error_description: description } = thrown;
    return description === undefined ? error : `${error}: ${description}`;
  }
  if (thrown instanceof library.WWWAuthenticateChallengeError) return `HTTP ${thrown.status}`;
  if (thrown instanceof library.OperationProcessingError) {
    return thrown.cause instanceof Response ? unexpected(thrown.cause) : thrown.message;
  }
  // fetch says "fetch failed" and keeps the reason aside; of several tried addresses, one for each.
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = Reflect.get(Object(cause), "code");
  const said = messageOf(cause);
  return typeof code !== "string" || said.includes(code) ? said : `${code} ${said}`;
}

function unexpected({ status, headers }: Response): string {
  return `HTTP ${status} with ${headers.get("content-type") ?? "no content"}`;
}

/** One line of bounded length. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const blotted = secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  return blotted.replace(/\s+/g, " ").trim().slice(0, 300);
}
