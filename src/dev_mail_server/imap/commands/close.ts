import { type ImapCommand, ok } from "../command.ts";
import { deletedMails } from "./expunge.ts";

/** CLOSE, RFC 9051 section 6.4.1: expunges without saying so. */
export const closeCommand: ImapCommand = {
  verbs: ["CLOSE"],
  needs: "mailbox",
  run({ session, selected }) {
    session.deselect();
    if (!selected.readOnly) selected.mailbox.expunge(deletedMails(selected.mailbox.mails()));
    return ok("Closed");
  },
};
