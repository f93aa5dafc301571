import { type ImapCommand, ok } from "../command.ts";

/** UNSELECT, RFC 9051 section 6.4.2: closes without expunging. */
export const unselectCommand: ImapCommand = {
  verbs: ["UNSELECT"],
  needs: "mailbox",
  run({ session }) {
    session.deselect();
    return ok("Closed");
  },
};
