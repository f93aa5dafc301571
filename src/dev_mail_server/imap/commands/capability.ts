import { type ImapCommand, ok } from "../command.ts";

export const capabilities =
  "IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN ID ENABLE NAMESPACE UIDPLUS MOVE IDLE ESEARCH UNSELECT CHILDREN SPECIAL-USE";

/** CAPABILITY, RFC 9051 section 6.1.1. */
export const capabilityCommand: ImapCommand = {
  verbs: ["CAPABILITY"],
  needs: "nothing",
  run({ session }) {
    session.tell(`CAPABILITY ${capabilities}`);
    return ok("Done");
  },
};
