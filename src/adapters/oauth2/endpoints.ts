import type { GrantConfig } from "./oauth2_schema.ts";

/** Where a provider answers, and what it wants to be asked. */
export interface Endpoints {
  readonly token: string;
  /** RFC 6749 §3.1. */
  readonly authorization?: string;
  /** RFC 8628 §3.1. */
  readonly device?: string;
  readonly scope?: string;
  /** The address on this machine that a browser comes back to, in the form the provider lets be registered. */
  readonly redirectUri: (port: number) => string;
  /** What the provider wants in the address a browser opens, beyond the standard. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
}

/** The provider's own endpoints, unless the config names others. */
export function endpointsOf(config: GrantConfig): Endpoints {
  const known = providers[config.provider](config.tenant);
  const { tokenEndpoint: token, authorizationEndpoint: authorization, deviceEndpoint: device, scope } = config;
  return {
    ...known,
    ...(token !== undefined && { token }),
    ...(authorization !== undefined && { authorization }),
    ...(device !== undefined && { device }),
    ...(scope !== undefined && { scope }),
  };
}

const providers: Readonly<Record<GrantConfig["provider"], (tenant: string) => Endpoints>> = {
  microsoft: (tenant) => {
    const base = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0`;
    return {
      token: `${base}/token`,
      authorization: `${base}/authorize`,
      device: `${base}/devicecode`,
      scope: "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
      redirectUri: (port) => `http://localhost:${port}`,
      authorizationParameters: {},
    };
  },
  // Its device codes cannot be had for mail. Without `prompt` it gives no refresh token to whoever has logged in before.
  google: () => ({
    token: "https://oauth2.googleapis.com/token",
    authorization: "https://accounts.google.com/o/oauth2/v2/auth",
    scope: "https://mail.google.com/",
    redirectUri: loopbackAddress,
    authorizationParameters: { access_type: "offline", prompt: "consent" },
  }),
  custom: () => ({ token: "", redirectUri: loopbackAddress, authorizationParameters: {} }),
};

/** RFC 8252 §7.3. */
function loopbackAddress(port: number): string {
  return `http://127.0.0.1:${port}/`;
}
