import { join } from "node:path";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import type { AccessTokens } from "../../app_runtime/contracts/access_tokens.ts";
import type { Component } from "../../app_runtime/contracts/component.ts";
import { GrantedTokens } from "./granted_tokens.ts";
import { Oauth2Client } from "./oauth2_client.ts";
import { Oauth2GrantUnknownError } from "./oauth2_errors.ts";
import type { GrantConfig, Oauth2Config } from "./oauth2_schema.ts";
import { TokenFile } from "./token_file.ts";

/** The grants of a configuration by name; units that name the same one share its tokens. */
export class Oauth2Grants implements Component {
  readonly name = "oauth2";
  readonly needs: readonly string[] = [];
  readonly #grants: ReadonlyMap<string, GrantedTokens>;

  constructor(parts: {
    readonly config: Oauth2Config;
    readonly dataDir: string;
    readonly clock: Clock;
    /** What a person types to log in for a grant. */
    readonly loginCommand: (grant: string) => string;
  }) {
    const { config, dataDir, clock, loginCommand } = parts;
    const entries = Object.entries(config.grants).map(([grant, its]): [string, GrantedTokens] => {
      const client = new Oauth2Client({ grant, config: its, clock, loginCommand: loginCommand(grant) });
      return [grant, new GrantedTokens({ client, file: tokenFileOf(grant, its, dataDir), clock })];
    });
    this.#grants = new Map(entries);
  }

  /** @throws {Oauth2GrantUnknownError} */
  accessTokens(grant: string): AccessTokens {
    const tokens = this.#grants.get(grant);
    if (tokens === undefined) throw new Oauth2GrantUnknownError(grant);
    return tokens;
  }

  /** Requests under way end by themselves in seconds; cut off, they could lose a login. */
  async stop(signal: AbortSignal): Promise<void> {
    const settled = Promise.all([...this.#grants.values()].map((grant) => grant.settled()));
    await unlessAborted(signal, settled).catch(() => undefined);
  }
}

/** Where a grant keeps its login. */
export function tokenFileOf(grant: string, config: GrantConfig, dataDir: string): TokenFile {
  return new TokenFile(config.tokenFile ?? join(dataDir, "oauth2", `${grant}.json`));
}
