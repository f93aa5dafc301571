import { type ImapCommand, ok } from "../command.ts";
import { readOnlyRefusal } from "../read_only_refusal.ts";
import { copyMails } from "./copy.ts";

/** MOVE and UID MOVE, RFC 9051 section 6.4.8: the UIDs come untagged, before the expunges. */
export const moveCommand: ImapCommand = {
  verbs: ["MOVE", "UID MOVE"],
  needs: "mailbox",
  run(call) {
    if (call.selected.readOnly) return readOnlyRefusal;
    const copied = copyMails(call);
    if ("status" in copied) return copied;
    if (copied.sources.length > 0) call.session.tell(`OK [${copied.code}] Moved`);
    call.selected.mailbox.expunge(copied.sources);
    return ok("Done");
  },
};
