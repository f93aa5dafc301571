import { type Answer, type ImapCommand, no, ok, type SelectedCall } from "../command.ts";
import { formatSequenceSet } from "../sequence_set.ts";

/** COPY and UID COPY, RFC 9051 section 6.4.7. */
export const copyCommand: ImapCommand = {
  verbs: ["COPY", "UID COPY"],
  needs: "mailbox",
  run(call) {
    const copied = copyMails(call);
    if ("status" in copied) return copied;
    return copied.sources.length === 0 ? ok("Nothing to copy") : ok("Done", copied.code);
  },
};

/** Copies what the call names; answers the source UIDs and the COPYUID code, or why not. */
export function copyMails({
  session,
  selected,
  args,
  byUid,
}: SelectedCall): Answer | { readonly sources: number[]; readonly code: string } {
  const mails = selected.resolve(args.text("sequence set"), byUid);
  const target = session.mailboxes.find(args.text("mailbox"));
  args.end();
  if (target === undefined) return no("No such mailbox", "TRYCREATE");
  const copies = mails.map(({ raw, receivedAt, flags }) => target.add({ raw, receivedAt, flags }).uid);
  const sources = mails.map((mail) => mail.uid);
  return { sources, code: `COPYUID ${target.uidValidity} ${formatSequenceSet(sources)} ${formatSequenceSet(copies)}` };
}
