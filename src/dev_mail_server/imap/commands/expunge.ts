import type { StoredMail } from "../../mailboxes/mailbox.ts";
import { type ImapCommand, ok } from "../command.ts";
import { readOnlyRefusal } from "../read_only_refusal.ts";

/** EXPUNGE and UID EXPUNGE, RFC 9051 sections 6.4.3 and 6.4.9. The session tells the sequence numbers afterwards. */
export const expungeCommand: ImapCommand = {
  verbs: ["EXPUNGE", "UID EXPUNGE"],
  needs: "mailbox",
  run({ selected, args, byUid }) {
    const candidates = byUid ? selected.resolve(args.text("UIDs"), true) : selected.mailbox.mails();
    args.end();
    if (selected.readOnly) return readOnlyRefusal;
    selected.mailbox.expunge(deletedMails(candidates));
    return ok("Done");
  },
};

/** UIDs of those marked \Deleted. */
export function deletedMails(mails: Iterable<StoredMail>): number[] {
  return [...mails].filter((mail) => mail.flags.has("\\Deleted")).map((mail) => mail.uid);
}
