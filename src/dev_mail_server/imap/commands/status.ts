import type { Mailbox } from "../../mailboxes/mailbox.ts";
import { type ImapCommand, no, ok } from "../command.ts";
import { atomsOf } from "../command_arguments.ts";
import { quoted } from "../text_format.ts";
import { ImapSyntaxError } from "../values.ts";

/** STATUS, RFC 9051 section 6.3.11. */
export const statusCommand: ImapCommand = {
  verbs: ["STATUS"],
  needs: "login",
  run({ session, args }) {
    const name = args.text("mailbox");
    const items = atomsOf(args.list("status items"), "status item").map((item) => item.toUpperCase());
    args.end();
    const mailbox = session.mailboxes.find(name);
    if (mailbox === undefined) return no("No such mailbox", "NONEXISTENT");
    session.tell(
      `STATUS ${quoted(mailbox.name)} (${items.map((item) => `${item} ${measure(mailbox, item)}`).join(" ")})`,
    );
    return ok("Done");
  },
};

function measure(mailbox: Mailbox, item: string): number {
  switch (item) {
    case "MESSAGES":
      return mailbox.size;
    case "UIDNEXT":
      return mailbox.uidNext;
    case "UIDVALIDITY":
      return mailbox.uidValidity;
    case "UNSEEN":
      return [...mailbox.mails()].filter((mail) => !mail.flags.has("\\Seen")).length;
    case "DELETED":
      return [...mailbox.mails()].filter((mail) => mail.flags.has("\\Deleted")).length;
    case "SIZE":
      return [...mailbox.mails()].reduce((sum, mail) => sum + mail.raw.length, 0);
    case "RECENT":
      return 0;
    default:
      throw new ImapSyntaxError(`Status item ${item} is not offered by the development mail server`);
  }
}
