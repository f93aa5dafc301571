import { type ImapCommand, ok } from "../command.ts";

/** ENABLE, RFC 9051 section 6.3.1. There is nothing to enable, which is a valid answer. */
export const enableCommand: ImapCommand = {
  verbs: ["ENABLE"],
  needs: "login",
  run({ session }) {
    session.tell("ENABLED");
    return ok("Done");
  },
};
