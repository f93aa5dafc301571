import type { DeviceAuthorizationResponse } from "oauth4webapi";
import { sleep } from "../../../app_runtime/base/sleep.ts";
import { type IssuedTokens, issued, type Library, type Oauth2Client } from "../oauth2_client.ts";
import { Oauth2LoginFailedError, Oauth2UnavailableError } from "../oauth2_errors.ts";
import { type LoginDialogue, tooLate } from "./login_dialogue.ts";

/** RFC 8628 §3.5: the pause unless the provider names one, and what it grows by when asked to slow down; milliseconds. */
const pauseMs = 5_000;

/** Login with a code on any other device (RFC 8628). */
export async function logInByDevice(dialogue: LoginDialogue, signal: AbortSignal): Promise<IssuedTokens> {
  const { client, clock, person } = dialogue;
  const code = await deviceCode(client, signal);
  person.say(instructions(code));
  const endsAt = clock.now() + code.expires_in * 1000;
  let waitMs = code.interval === undefined ? pauseMs : code.interval * 1000;
  while (clock.now() < endsAt) {
    await sleep(clock, waitMs, signal);
    signal.throwIfAborted();
    const answer = await ask(client, code.device_code, signal);
    if (answer !== "pending" && answer !== "slow_down") return answer;
    if (answer === "slow_down") waitMs += pauseMs;
  }
  throw tooLate();
}

async function deviceCode(oauth2: Oauth2Client, signal: AbortSignal): Promise<DeviceAuthorizationResponse> {
  const { oauth, server, client, authentication, options } = await oauth2.library();
  const { device = "", scope } = oauth2.endpoints;
  try {
    const parameters = new URLSearchParams(scope === undefined ? {} : { scope });
    const request = options(device, signal);
    const response = await oauth.deviceAuthorizationRequest(server, client, authentication, parameters, request);
    return await oauth.processDeviceAuthorizationResponse(server, client, response);
  } catch (error) {
    throw await oauth2.failure(error);
  }
}

async function ask(oauth2: Oauth2Client, code: string, signal: AbortSignal): Promise<IssuedTokens | Answer> {
  const library = await oauth2.library();
  const { oauth, server, client, authentication, options } = library;
  try {
    const request = options(oauth2.endpoints.token, signal);
    const response = await oauth.deviceCodeGrantRequest(server, client, authentication, code, request);
    return issued(await oauth.processDeviceCodeResponse(server, client, response));
  } catch (error) {
    return await waitOrFail(oauth2, library, error, code);
  }
}

type Answer = "pending" | "slow_down";

/** The provider's words of RFC 8628 §3.5, and Microsoft's own; while it is not reached, the person may still be at it. */
async function waitOrFail(client: Oauth2Client, { oauth }: Library, error: unknown, code: string): Promise<Answer> {
  const word = error instanceof oauth.ResponseBodyError ? error.error : undefined;
  if (word === "authorization_pending") return "pending";
  if (word === "slow_down") return "slow_down";
  if (word === "expired_token" || word === "code_expired") throw tooLate();
  if (word === "access_denied" || word === "authorization_declined") {
    throw new Oauth2LoginFailedError("The login was declined. Start again to try once more.");
  }
  const failure = await client.failure(error, [code]);
  if (failure instanceof Oauth2UnavailableError) return "slow_down";
  throw failure;
}

function instructions(code: DeviceAuthorizationResponse): string {
  const minutes = Math.floor(code.expires_in / 60);
  return [
    "On any device with a browser:",
    `  1. Open ${code.verification_uri}`,
    `  2. Enter the code ${code.user_code}`,
    "  3. Log in as the mailbox, and allow what is asked.",
    `The code is good for ${minutes} minutes. Waiting ...`,
  ].join("\n");
}
