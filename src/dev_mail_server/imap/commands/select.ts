import type { Mailbox } from "../../mailboxes/mailbox.ts";
import { type Answer, type CommandCall, type ImapCommand, no, ok } from "../command.ts";

/** SELECT, RFC 9051 section 6.3.2. */
export const selectCommand: ImapCommand = {
  verbs: ["SELECT"],
  needs: "login",
  run: (call) => openMailbox(call, false),
};

/** A failed SELECT also leaves the mailbox that was open. */
export function openMailbox({ session, args }: CommandCall, readOnly: boolean): Answer {
  const name = args.text("mailbox");
  args.end();
  session.deselect();
  const mailbox = session.mailboxes.find(name);
  if (mailbox === undefined) return no("No such mailbox", "NONEXISTENT");

  session.select(mailbox, readOnly);
  const flags = mailbox.flagNames.all();
  session.tell(`FLAGS (${flags.join(" ")})`);
  session.tell(`OK [PERMANENTFLAGS (${readOnly ? "" : [...flags, "\\*"].join(" ")})] Flags kept`);
  session.tell(`${mailbox.size} EXISTS`);
  session.tell("0 RECENT");
  const firstUnseen = sequenceOfFirstUnseen(mailbox);
  if (firstUnseen !== undefined) session.tell(`OK [UNSEEN ${firstUnseen}] First unseen`);
  session.tell(`OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs valid`);
  session.tell(`OK [UIDNEXT ${mailbox.uidNext}] Predicted next UID`);
  return readOnly ? ok("Opened", "READ-ONLY") : ok("Opened", "READ-WRITE");
}

function sequenceOfFirstUnseen(mailbox: Mailbox): number | undefined {
  let sequence = 0;
  for (const mail of mailbox.mails()) {
    sequence += 1;
    if (!mail.flags.has("\\Seen")) return sequence;
  }
  return undefined;
}
