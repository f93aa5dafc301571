import { createHash } from "node:crypto";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import type { AccessTokens } from "../../app_runtime/contracts/access_tokens.ts";
import type { IssuedTokens, Oauth2Client } from "./oauth2_client.ts";
import { Oauth2LoginNeededError } from "./oauth2_errors.ts";
import type { TokenFile } from "./token_file.ts";
import { underLock } from "./token_lock.ts";

/** A token is renewed this long before it ends, or a fifth of its life if that is less; milliseconds. */
const slackMs = 120_000;

/** How long a token is trusted whose provider does not say; milliseconds. */
const assumedLifetimeMs = 300_000;

interface HeldToken {
  readonly token: string;
  /** Clock.now(). */
  readonly freshUntil: number;
}

/** The access tokens of one grant: from memory while they are fresh, else from the provider; one request at a time. */
export class GrantedTokens implements AccessTokens {
  readonly #client: Oauth2Client;
  readonly #file: TokenFile;
  readonly #clock: Clock;
  #held: HeldToken | undefined;
  #renewing: Promise<string> | undefined;
  /** A new refresh token that could not be stored, and the one it takes the place of. */
  #unsaved: { readonly token: string; readonly before: string } | undefined;
  /** The login that the provider has ended, by its digest: asking again would only annoy it. */
  #over: { readonly digest: string; readonly error: Oauth2LoginNeededError } | undefined;

  constructor(parts: { readonly client: Oauth2Client; readonly file: TokenFile; readonly clock: Clock }) {
    this.#client = parts.client;
    this.#file = parts.file;
    this.#clock = parts.clock;
  }

  async get({ refused, signal }: Parameters<AccessTokens["get"]>[0] = {}): Promise<string> {
    signal?.throwIfAborted();
    if (this.#held?.token === refused) this.#held = undefined;
    const token = this.#fresh ?? this.#renewOnce();
    return signal === undefined ? await token : await unlessAborted(signal, Promise.resolve(token));
  }

  /** Resolves when no request is under way: what it brings must be stored, or the login is lost. */
  async settled(): Promise<void> {
    await this.#renewing?.catch(() => undefined);
  }

  get #fresh(): string | undefined {
    const held = this.#held;
    return held !== undefined && this.#clock.now() < held.freshUntil ? held.token : undefined;
  }

  #renewOnce(): Promise<string> {
    const renew = () => this.#renew();
    this.#renewing ??= underLock(this.#client.grant, this.#file, this.#clock, renew).finally(() => {
      this.#renewing = undefined;
    });
    // Whoever asked may have gone.
    this.#renewing.catch(() => undefined);
    return this.#renewing;
  }

  async #renew(): Promise<string> {
    await this.#saveUnsaved();
    const refreshToken = await this.#login();
    const askedAt = this.#clock.now();
    const tokens = await this.#ask(refreshToken);
    if (tokens.refreshToken !== undefined && tokens.refreshToken !== refreshToken) {
      this.#unsaved = { token: tokens.refreshToken, before: refreshToken };
      await this.#saveUnsaved();
    }
    this.#held = held(tokens, askedAt);
    return tokens.accessToken;
  }

  /** Read each time: a person may have logged in meanwhile. @throws {Oauth2LoginNeededError} */
  async #login(): Promise<string> {
    const refreshToken = await this.#file.read();
    const { grant, loginCommand } = this.#client;
    if (refreshToken === undefined) {
      throw new Oauth2LoginNeededError(`Nobody has logged in for grant "${grant}" yet.`, loginCommand);
    }
    if (this.#over?.digest === digestOf(refreshToken)) throw this.#over.error;
    return refreshToken;
  }

  async #ask(refreshToken: string): Promise<IssuedTokens> {
    try {
      return await this.#client.refresh(refreshToken);
    } catch (error) {
      if (error instanceof Oauth2LoginNeededError) this.#over = { digest: digestOf(refreshToken), error };
      throw error;
    }
  }

  /** Before it is ever used: the provider may take the one before no longer. */
  async #saveUnsaved(): Promise<void> {
    if (this.#unsaved === undefined) return;
    const { token, before } = this.#unsaved;
    // Else a person has logged in meanwhile, and that login stays.
    if ((await this.#file.read()) === before) await this.#file.write(token);
    this.#unsaved = undefined;
  }
}

function held({ accessToken: token, lifetimeMs = assumedLifetimeMs }: IssuedTokens, askedAt: number): HeldToken {
  return { token, freshUntil: askedAt + lifetimeMs - Math.min(slackMs, lifetimeMs / 5) };
}

function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
