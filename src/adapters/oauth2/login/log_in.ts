import { Oauth2Client } from "../oauth2_client.ts";
import { Oauth2LoginFailedError } from "../oauth2_errors.ts";
import { tokenFileOf } from "../oauth2_grants.ts";
import { logInByBrowser } from "./browser_login.ts";
import { logInByDevice } from "./device_login.ts";
import { type LoginDialogue, type LoginParts, tooLate } from "./login_dialogue.ts";

/** A person has so long; milliseconds. */
const patienceMs = 15 * 60_000;

/**
 * Leads a person through a login and keeps it. Resolves with the file it is kept in.
 * @throws {Oauth2LoginFailedError}, {AccessTokenError}
 */
export async function logIn(parts: LoginParts): Promise<string> {
  const { grant, config, clock, dataDir } = parts;
  const client = new Oauth2Client(parts);
  const file = tokenFileOf(grant, config, dataDir);
  const limit = new AbortController();
  using _timer = clock.after(patienceMs, () => limit.abort(tooLate()));
  await file.write(await refreshTokenFor({ ...parts, client }, limit.signal));
  return file.path;
}

/** Resolves with the refresh token. A code for another device needs no browser on this machine, so it is preferred. */
async function refreshTokenFor(dialogue: LoginDialogue, signal: AbortSignal): Promise<string> {
  const { device, authorization } = dialogue.client.endpoints;
  const byDevice = device !== undefined && !dialogue.browser;
  if (!byDevice && authorization === undefined) {
    const keys = "`authorizationEndpoint` or `deviceEndpoint`";
    throw new Oauth2LoginFailedError(`Grant "${dialogue.grant}" does not say where to log in. Set ${keys}.`);
  }
  const { refreshToken } = await (byDevice ? logInByDevice : logInByBrowser)(dialogue, signal);
  if (refreshToken === undefined) {
    const cure = "Ask for one in `scope` (usually `offline_access`), or allow it where the application is registered.";
    throw new Oauth2LoginFailedError(`The login went well, but it gave no refresh token. ${cure}`);
  }
  return refreshToken;
}
