import { type ImapCommand, ok } from "../command.ts";

/** LOGOUT, RFC 9051 section 6.1.3. */
export const logoutCommand: ImapCommand = {
  verbs: ["LOGOUT"],
  needs: "nothing",
  run({ session }) {
    session.tell("BYE Good bye");
    return { ...ok("Done"), closes: true };
  },
};
