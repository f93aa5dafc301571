import { withCrlf } from "../../mailboxes/crlf.ts";
import { bad, type ImapCommand, no, ok } from "../command.ts";
import { atomsOf, type CommandArguments } from "../command_arguments.ts";
import { parseDateTime } from "../text_format.ts";

/** APPEND, RFC 9051 section 6.3.12. */
export const appendCommand: ImapCommand = {
  verbs: ["APPEND"],
  needs: "login",
  run({ session, args }) {
    const mailbox = session.mailboxes.find(args.text("mailbox"));
    const flags = args.peek()?.kind === "list" ? atomsOf(args.list("flags"), "flag") : [];
    const receivedAt = args.left > 1 ? givenDate(args) : session.mailboxes.now();
    const raw = args.bytes("mail");
    args.end();
    if (receivedAt === undefined) return bad("Expected a date and time");
    if (mailbox === undefined) return no("No such mailbox", "TRYCREATE");
    if (raw.length === 0) return no("An empty mail is none", "CANNOT");
    const mail = mailbox.add({ raw: withCrlf(raw), receivedAt, flags });
    return ok("Done", `APPENDUID ${mailbox.uidValidity} ${mail.uid}`);
  },
};

function givenDate(args: CommandArguments): Date | undefined {
  return parseDateTime(args.text("date and time"));
}
