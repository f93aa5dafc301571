import { bad, type ImapCommand, no, ok } from "../command.ts";
import { capabilities } from "./capability.ts";
import { wrongPassword } from "./login.ts";

/** AUTHENTICATE PLAIN, RFC 9051 section 6.2.2 and RFC 4616, with or without initial response. */
export const authenticateCommand: ImapCommand = {
  verbs: ["AUTHENTICATE"],
  needs: "nothing",
  async run({ session, args }) {
    const mechanism = args.word("mechanism");
    if (mechanism !== "PLAIN") return no(`Mechanism ${mechanism.slice(0, 40)} is not offered; use PLAIN`, "CANNOT");
    if (args.left === 0) session.continue("");
    const response = args.left === 0 ? await session.line() : args.text("initial response");
    if (response === undefined || response === "*") return bad("Cancelled");

    const [, user = "", password = ""] = Buffer.from(response, "base64").toString("utf8").split("\0");
    return session.logIn(user, password) ? ok("Logged in", `CAPABILITY ${capabilities}`) : wrongPassword;
  },
};
