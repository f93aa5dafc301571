import { endpointsOf } from "./endpoints.ts";
import type { GrantConfig } from "./oauth2_schema.ts";

/** Why a grant cannot work, with the cure, as a sentence that begins with its verb; undefined when it can. */
export function grantObjection(config: GrantConfig): string | undefined {
  const { token, authorization, device, scope = "" } = endpointsOf(config);
  if (token === "") return "has `provider: custom` but no `tokenEndpoint`.";
  const clear = [token, authorization, device].find((url) => url !== undefined && !isSafe(new URL(url)));
  if (clear !== undefined) return `would send secrets to ${clear} in clear text. Use https.`;
  // With it comes a statement about a person, which would have to be verified and is of no use here.
  if (scope.split(/\s+/).includes("openid"))
    return "asks for the scope `openid`, which mail does not need. Leave it out.";
  return undefined;
}

/** Encrypted, or not leaving this machine. */
export function isSafe(url: URL): boolean {
  return url.protocol === "https:" || isLoopback(url);
}

/** http to this machine itself, as in tests and behind a proxy of one's own. */
export function isLoopback(url: URL): boolean {
  return url.protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
}
