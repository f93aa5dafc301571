import { type ImapCommand, no, ok } from "../command.ts";
import { capabilities } from "./capability.ts";

/** LOGIN, RFC 9051 section 6.2.3. */
export const loginCommand: ImapCommand = {
  verbs: ["LOGIN"],
  needs: "nothing",
  run({ session, args }) {
    const user = args.text("user");
    const password = args.text("password");
    args.end();
    return session.logIn(user, password) ? ok("Logged in", `CAPABILITY ${capabilities}`) : wrongPassword;
  },
};

export const wrongPassword = no("User or password is wrong", "AUTHENTICATIONFAILED");
