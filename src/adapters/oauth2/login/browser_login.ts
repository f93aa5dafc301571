import { unlessAborted } from "../../../app_runtime/base/unless_aborted.ts";
import { type IssuedTokens, issued, type Library, type Oauth2Client } from "../oauth2_client.ts";
import { Oauth2LoginFailedError, Oauth2LoginNeededError } from "../oauth2_errors.ts";
import type { LoginDialogue, Person } from "./login_dialogue.ts";
import { LoopbackServer } from "./loopback_server.ts";

/** Login in a browser that comes back to this machine (RFC 8252 §7.3), or whose last address is pasted here. */
export async function logInByBrowser(dialogue: LoginDialogue, signal: AbortSignal): Promise<IssuedTokens> {
  const { client, person, port } = dialogue;
  const library = await client.library();
  const { oauth } = library;
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  await using server = await LoopbackServer.listen(port);
  const redirectUri = client.endpoints.redirectUri(server.port);
  const challenge = await oauth.calculatePKCECodeChallenge(verifier);
  person.say(instructions(browserAddress(client, library, { redirectUri, state, challenge }), redirectUri));
  const answer = await browserAnswer(server, person, signal);
  const parameters = validAnswer(library, answer, state);
  return await exchange(client, library, { parameters, redirectUri, verifier }, signal);
}

/** RFC 6749 §4.1.1 with PKCE (RFC 7636 §4.3). */
function browserAddress(
  { endpoints }: Oauth2Client,
  { client }: Library,
  { redirectUri, state, challenge }: { redirectUri: string; state: string; challenge: string },
): string {
  const address = new URL(endpoints.authorization ?? "");
  const parameters = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: redirectUri,
    ...(endpoints.scope !== undefined && { scope: endpoints.scope }),
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...endpoints.authorizationParameters,
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return address.href;
}

/** Whichever comes first: the browser itself, or its address in the hands of the person. */
async function browserAnswer(server: LoopbackServer, person: Person, signal: AbortSignal): Promise<URLSearchParams> {
  const over = new AbortController();
  const pasted = firstAnswerIn(person.typed(AbortSignal.any([signal, over.signal])));
  // A keyboard that is closed is no reason to stop waiting for the browser.
  pasted.catch(() => undefined);
  try {
    return await unlessAborted(signal, Promise.race([server.answer, pasted]));
  } finally {
    over.abort();
  }
}

/** Never resolves when the lines end without one. */
async function firstAnswerIn(lines: AsyncIterable<string>): Promise<URLSearchParams> {
  for await (const line of lines) {
    const text = line.trim();
    const parameters = URL.canParse(text) ? new URL(text).searchParams : undefined;
    if (parameters?.has("code") || parameters?.has("error")) return parameters;
  }
  return await new Promise<never>(() => undefined);
}

function validAnswer({ oauth, server, client }: Library, answer: URLSearchParams, state: string): URLSearchParams {
  // It would name the provider (RFC 9207), of which this login knows but one.
  answer.delete("iss");
  try {
    return oauth.validateAuthResponse(server, client, answer, state);
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) {
      throw new Oauth2LoginFailedError("The browser's answer belongs to another login. Start again.");
    }
    const detail = [error.error, error.error_description].filter((part) => part !== undefined).join(": ");
    throw new Oauth2LoginFailedError(`The login was declined (${detail.slice(0, 300)}).`);
  }
}

/** RFC 6749 §4.1.3. */
async function exchange(
  oauth2: Oauth2Client,
  { oauth, server, client, authentication, options }: Library,
  code: { readonly parameters: URLSearchParams; readonly redirectUri: string; readonly verifier: string },
  signal: AbortSignal,
): Promise<IssuedTokens> {
  const { parameters, redirectUri, verifier } = code;
  const request = options(oauth2.endpoints.token, signal);
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier,
      request,
    );
    return issued(await oauth.processAuthorizationCodeResponse(server, client, response));
  } catch (error) {
    const failure = await oauth2.failure(error, [parameters.get("code") ?? "", verifier].filter(Boolean));
    if (!(failure instanceof Oauth2LoginNeededError)) throw failure;
    throw new Oauth2LoginFailedError("The provider does not take the code it has just given. Start again.");
  }
}

function instructions(address: string, redirectUri: string): string {
  return [
    "Open this address in a browser, log in as the mailbox, and allow what is asked:",
    "",
    `  ${address}`,
    "",
    "The browser then comes back to this machine. If it runs on another one, it cannot: copy the address it ends at, which",
    `begins with ${redirectUri}, and paste it here. Waiting ...`,
  ].join("\n");
}
