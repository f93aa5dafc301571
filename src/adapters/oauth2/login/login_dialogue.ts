import type { Clock } from "../../../app_runtime/base/clock.ts";
import type { Oauth2Client } from "../oauth2_client.ts";
import { Oauth2LoginFailedError } from "../oauth2_errors.ts";
import type { GrantConfig } from "../oauth2_schema.ts";

/** The person who logs in. */
export interface Person {
  /** Says what to do next, in whole lines. */
  readonly say: (text: string) => void;
  /** What the person types, line by line. */
  readonly typed: (signal: AbortSignal) => AsyncIterable<string>;
}

export interface LoginParts {
  readonly grant: string;
  readonly config: GrantConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly person: Person;
  /** By a browser that comes back here, even where a code for another device could be had. */
  readonly browser: boolean;
  /** Port the browser comes back to; 0 takes any that is free. */
  readonly port: number;
  readonly loginCommand: string;
}

/** A login under way. */
export interface LoginDialogue extends LoginParts {
  readonly client: Oauth2Client;
}

/** The person has taken longer than the provider or we wait. */
export function tooLate(): Oauth2LoginFailedError {
  return new Oauth2LoginFailedError("Nobody has logged in in time. Start again.");
}
