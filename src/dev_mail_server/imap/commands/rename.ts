import { type ImapCommand, no, ok } from "../command.ts";

/** RENAME, RFC 9051 section 6.3.6, except for INBOX. */
export const renameCommand: ImapCommand = {
  verbs: ["RENAME"],
  needs: "login",
  run({ session, args }) {
    const mailbox = session.mailboxes.find(args.text("mailbox"));
    const to = args.text("new name");
    args.end();
    if (mailbox === undefined) return no("No such mailbox", "NONEXISTENT");
    if (mailbox.name === "INBOX") return no("INBOX stays", "CANNOT");
    if (to === "" || session.mailboxes.find(to) !== undefined) return no("The new name is taken", "ALREADYEXISTS");
    session.mailboxes.rename(mailbox, to);
    return ok("Done");
  },
};
