import { type ImapCommand, no, ok } from "../command.ts";

/** SUBSCRIBE and UNSUBSCRIBE, RFC 9051 sections 6.3.7 and 6.3.8. Every mailbox counts as subscribed. */
export const subscribeCommand: ImapCommand = {
  verbs: ["SUBSCRIBE", "UNSUBSCRIBE"],
  needs: "login",
  run({ session, args }) {
    return session.mailboxes.find(args.text("mailbox")) === undefined
      ? no("No such mailbox", "NONEXISTENT")
      : ok("Done");
  },
};
