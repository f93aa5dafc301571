import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Provider } from "oidc-provider";
import MemoryAdapter from "oidc-provider/lib/adapters/memory_adapter.js";
import type { GrantConfig } from "../../src/adapters/oauth2/oauth2_schema.ts";
import { freePort } from "./free_port.ts";

const bot = { id: "bot", scope: "mail offline_access" };
const mailServer = { id: "mail-server", secret: randomUUID() };

/** What the server does instead of answering. */
export type OauthTrouble = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts a real authorization server (oidc-provider), on a free port. Refresh tokens are good for one use. */
export async function startOauthServer(): Promise<OauthServer> {
  const server = new OauthServer(await freePort());
  await server.up();
  return server;
}

export class OauthServer {
  readonly url: string;
  /** How long an access token says it lives, in seconds. */
  lifetimeSeconds = 3600;
  /** Times that tokens were given so far. */
  refreshes = 0;
  /** Requests of any kind so far. */
  requests = 0;
  /** Asked before each request is answered. */
  trouble: OauthTrouble | undefined;
  readonly #port: number;
  readonly #provider: Provider;
  #server: Server | undefined;

  constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#provider = new Provider(
      this.url,
      configuration(() => this.lifetimeSeconds),
    );
    this.#provider.on("grant.success", () => {
      this.refreshes += 1;
    });
  }

  /** The grant as a config names it; without `clientSecret`, as for an application on somebody's machine. */
  grant(config: Partial<GrantConfig> = {}): GrantConfig {
    const { url } = this;
    return {
      provider: "custom",
      tenant: "organizations",
      clientId: bot.id,
      scope: bot.scope,
      tokenEndpoint: `${url}/token`,
      authorizationEndpoint: `${url}/auth`,
      ...config,
    };
  }

  get deviceEndpoint(): string {
    return `${this.url}/device/auth`;
  }

  /** With the credentials of the mail server, which asks here whether a token is good (RFC 7662). */
  get introspectionUrl(): string {
    return `http://${mailServer.id}:${mailServer.secret}@127.0.0.1:${this.#port}/token/introspection`;
  }

  /** A refresh token, as if the user had logged in. */
  async login(user: string): Promise<string> {
    const { RefreshToken, Client } = this.#provider;
    const grantId = await this.#allow(user);
    const client = await Client.find(bot.id);
    const authTime = Math.floor(Date.now() / 1000);
    return await new RefreshToken({ accountId: user, client, grantId, scope: bot.scope, authTime, gty: "x" }).save();
  }

  /** The user does what the code asks for, or declines. */
  async enterCode(userCode: string, answer: { readonly user: string } | "declined"): Promise<void> {
    const code = await this.#provider.DeviceCode.findByUserCode(userCode.replaceAll("-", ""), {
      ignoreExpiration: false,
    });
    if (code === undefined) throw new Error(`There is no code ${userCode}`);
    if (answer === "declined") {
      Object.assign(code, { error: "access_denied", errorDescription: "the user said no" });
    } else {
      const grantId = await this.#allow(answer.user);
      const authTime = Math.floor(Date.now() / 1000);
      Object.assign(code, { accountId: answer.user, grantId, scope: bot.scope, authTime });
    }
    await code.save();
  }

  /**
   * The user logs in and allows everything in a browser that follows redirects. Resolves with the address it is sent away
   * to in the end.
   */
  async visit(address: string, user: string): Promise<string> {
    const cookies = new Map<string, string>();
    for (let next = address; ; ) {
      if (!next.startsWith(this.url)) return next;
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const url = next.includes("/interaction/") ? `${next}?user=${user}` : next;
      const response = await fetch(url, { redirect: "manual", headers: { cookie, connection: "close" } });
      for (const set of response.headers.getSetCookie()) {
        const [name = "", value = ""] = set.split(";")[0]?.split("=") ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get("location");
      const page = await response.text();
      if (location === null) throw new Error(`The way ends at ${next}: ${response.status} ${page}`);
      next = new URL(location, next).href;
    }
  }

  /** Who has logged in for this access token; undefined when it is not good. */
  async ownerOf(token: string): Promise<string | undefined> {
    return (await this.#provider.AccessToken.find(token))?.accountId;
  }

  /** The provider ends this access token before its time. */
  async revokeAccess(token: string): Promise<void> {
    await (await this.#provider.AccessToken.find(token))?.destroy();
  }

  /** The user takes the login back: from now on it is an invalid grant. */
  async revokeLogin(refreshToken: string): Promise<void> {
    await (await this.#provider.RefreshToken.find(refreshToken))?.destroy();
  }

  async up(): Promise<void> {
    const server = createServer((request, response) => {
      this.requests += 1;
      if (this.trouble === undefined) this.answer(request, response);
      else this.trouble(request, response);
    });
    server.keepAliveTimeout = 1;
    await once(server.listen(this.#port, "127.0.0.1"), "listening");
    this.#server = server;
  }

  /** Refuses connections; what it knows stays. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** As a server without trouble. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.startsWith("/interaction/")) void this.#interact(request, response);
    else void this.#provider.callback()(request, response);
  }

  async #interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = new URL(request.url ?? "", this.url).searchParams.get("user") ?? "";
    await this.#provider.interactionDetails(request, response);
    const grantId = await this.#allow(user);
    await this.#provider.interactionFinished(request, response, { login: { accountId: user }, consent: { grantId } });
  }

  async #allow(user: string): Promise<string> {
    const grant = new this.#provider.Grant({ accountId: user, clientId: bot.id });
    grant.addOIDCScope(bot.scope);
    return await grant.save();
  }
}

/** A name of its own, or the provider would warn in each test that it is none for production. */
class TestAdapter extends MemoryAdapter {}

function configuration(lifetimeSeconds: () => number): Readonly<Record<string, unknown>> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    clients: [
      {
        client_id: bot.id,
        token_endpoint_auth_method: "none",
        application_type: "native",
        grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        response_types: ["code"],
        redirect_uris: ["http://127.0.0.1/"],
        scope: bot.scope,
      },
      {
        client_id: mailServer.id,
        client_secret: mailServer.secret,
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
    ],
    adapter: TestAdapter,
    scopes: bot.scope.split(" "),
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256" }] },
    cookies: { keys: [randomUUID()] },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: () => lifetimeSeconds(),
      RefreshToken: 86_400,
      Grant: 86_400,
      DeviceCode: 600,
      Interaction: 600,
      Session: 600,
    },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
  };
}
