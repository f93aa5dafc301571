import type * as OAuth from "oauth4webapi";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { boundedFetch } from "./bounded_fetch.ts";
import { type Endpoints, endpointsOf } from "./endpoints.ts";
import { isLoopback } from "./grant_objection.ts";
import { oauth2Failure } from "./oauth2_failure.ts";
import type { GrantConfig } from "./oauth2_schema.ts";

/** What a provider gives; none of it may be shown. */
export interface IssuedTokens {
  readonly accessToken: string;
  /** Absent: the provider does not say. */
  readonly lifetimeMs?: number;
  /** Absent: the one before stays valid. */
  readonly refreshToken?: string;
}

/** The protocol library with everything it wants to know at each call. */
export interface Library {
  readonly oauth: typeof OAuth;
  readonly server: OAuth.AuthorizationServer;
  readonly client: OAuth.Client;
  readonly authentication: OAuth.ClientAuth;
  /** Options of a request to `url`. */
  readonly options: (url: string, signal?: AbortSignal) => OAuth.TokenEndpointRequestOptions;
}

/** Speaks with the provider of one grant. */
export class Oauth2Client {
  readonly grant: string;
  readonly endpoints: Endpoints;
  readonly loginCommand: string;
  readonly #config: GrantConfig;
  readonly #fetch: ReturnType<typeof boundedFetch>;
  #library: Promise<Library> | undefined;

  constructor(parts: {
    readonly grant: string;
    readonly config: GrantConfig;
    readonly clock: Clock;
    /** What a person types to log in. */
    readonly loginCommand: string;
  }) {
    this.grant = parts.grant;
    this.loginCommand = parts.loginCommand;
    this.endpoints = endpointsOf(parts.config);
    this.#config = parts.config;
    this.#fetch = boundedFetch(parts.clock);
  }

  get host(): string {
    return new URL(this.endpoints.token).host;
  }

  /** New tokens for a refresh token (RFC 6749 §6). @throws {AccessTokenError} */
  async refresh(refreshToken: string): Promise<IssuedTokens> {
    const { oauth, server, client, authentication, options } = await this.library();
    try {
      const request = options(this.endpoints.token);
      const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, request);
      return issued(await oauth.processRefreshTokenResponse(server, client, response));
    } catch (error) {
      throw await this.failure(error, [refreshToken]);
    }
  }

  /** Names what the library threw, without `secrets`. */
  async failure(thrown: unknown, secrets: readonly string[] = []) {
    const { grant, host, loginCommand } = this;
    const { clientSecret } = this.#config;
    const known = clientSecret === undefined ? secrets : [...secrets, clientSecret];
    return oauth2Failure(thrown, { grant, host, loginCommand, secrets: known }, (await this.library()).oauth);
  }

  /** Loaded when the first token is wanted: a start should not wait for it. */
  library(): Promise<Library> {
    this.#library ??= this.#load();
    return this.#library;
  }

  async #load(): Promise<Library> {
    const oauth = await import("oauth4webapi");
    const { clientId, clientSecret } = this.#config;
    const { token, device } = this.endpoints;
    return {
      oauth,
      server: {
        issuer: new URL(token).origin,
        token_endpoint: token,
        ...(device !== undefined && { device_authorization_endpoint: device }),
      },
      client: { client_id: clientId },
      authentication: clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret),
      options: (url, signal) => ({
        [oauth.customFetch]: this.#fetch,
        [oauth.allowInsecureRequests]: isLoopback(new URL(url)),
        ...(signal !== undefined && { signal }),
      }),
    };
  }
}

/** What is of use here. */
export function issued(response: OAuth.TokenEndpointResponse): IssuedTokens {
  const { access_token: accessToken, expires_in: lifetime, refresh_token: refreshToken } = response;
  return {
    accessToken,
    ...(lifetime !== undefined && { lifetimeMs: lifetime * 1000 }),
    ...(refreshToken !== undefined && { refreshToken }),
  };
}
