import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { AccessTokens } from "../../app_runtime/contracts/access_tokens.ts";

/** What nodemailer calls when a connection logs in; `renew` after the server refused the token in a way it understands. */
type Provision = (
  user: string,
  renew: boolean,
  answer: (error: Error | null, token?: string, expires?: number) => void,
) => void;

/** Hands access tokens to the connections of one mailer, and remembers which was refused. */
export class TokenLogin {
  readonly #tokens: AccessTokens;
  #given: string | undefined;
  #refused: string | undefined;

  constructor(tokens: AccessTokens) {
    this.#tokens = tokens;
  }

  /** The token of the last login. */
  get given(): string | undefined {
    return this.#given;
  }

  /** The server does not take it: the next login gets another one. */
  refuse(token: string | undefined): void {
    this.#refused = token;
  }

  readonly provision: Provision = (_user, renew, answer) => {
    if (renew) this.#refused = this.#given;
    this.#tokens.get({ refused: this.#refused }).then(
      (token) => {
        this.#given = token;
        // Over at once for the library: the tokens' own memory knows better how long one lives.
        answer(null, token, 1);
      },
      // In a wrapper, since the library writes its own code onto what it is given.
      (cause: unknown) => answer(new Error(messageOf(cause), { cause })),
    );
  };
}
