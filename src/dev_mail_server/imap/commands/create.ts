import { hierarchySeparator } from "../../mailboxes/mailboxes.ts";
import { type ImapCommand, no, ok } from "../command.ts";

/** CREATE, RFC 9051 section 6.3.4. Parents are not made along with it. */
export const createCommand: ImapCommand = {
  verbs: ["CREATE"],
  needs: "login",
  run({ session, args }) {
    const given = args.text("mailbox");
    args.end();
    const name = given.endsWith(hierarchySeparator) ? given.slice(0, -1) : given;
    if (name === "") return no("A mailbox needs a name", "CANNOT");
    if (session.mailboxes.find(name) !== undefined) return no("It exists already", "ALREADYEXISTS");
    return session.mailboxes.create(name) === undefined ? no("There are too many mailboxes", "LIMIT") : ok("Done");
  },
};
