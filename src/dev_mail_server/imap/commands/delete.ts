import { type ImapCommand, no, ok } from "../command.ts";

/** DELETE, RFC 9051 section 6.3.5. Other sessions that have it open are disconnected. */
export const deleteCommand: ImapCommand = {
  verbs: ["DELETE"],
  needs: "login",
  run({ session, args }) {
    const mailbox = session.mailboxes.find(args.text("mailbox"));
    args.end();
    if (mailbox === undefined) return no("No such mailbox", "NONEXISTENT");
    if (mailbox.name === "INBOX") return no("INBOX stays", "CANNOT");
    if (session.selected?.mailbox === mailbox) session.deselect();
    session.mailboxes.delete(mailbox);
    return ok("Done");
  },
};
