import type { FlagChange } from "../../mailboxes/mailbox.ts";
import { bad, type ImapCommand, ok } from "../command.ts";
import { atomsOf } from "../command_arguments.ts";
import { readOnlyRefusal } from "../read_only_refusal.ts";

const modes: Readonly<Record<string, FlagChange["mode"]>> = { "+": "add", "-": "remove", "": "replace" };

/** STORE and UID STORE, RFC 9051 section 6.4.6. UNCHANGEDSINCE (RFC 7162) is not offered. */
export const storeCommand: ImapCommand = {
  verbs: ["STORE", "UID STORE"],
  needs: "mailbox",
  holdsExpunges: true,
  async run({ session, selected, args, byUid }) {
    const mails = selected.resolve(args.text("sequence set"), byUid);
    const action = /^([+-]?)FLAGS(\.SILENT)?$/.exec(args.peekWord() ?? "");
    const mode = modes[action?.[1] ?? ""];
    if (action === null || mode === undefined) return bad("Expected FLAGS, +FLAGS or -FLAGS");
    args.word("action");
    const flags = atomsOf(args.left === 1 ? args.listOrOne("flags") : atomsLeft(args), "flag");
    args.end();
    if (selected.readOnly) return readOnlyRefusal;

    const uids = mails.map((mail) => mail.uid);
    selected.mailbox.changeFlags(uids, { mode, flags }, selected);
    if (action[2] !== undefined) return ok("Done");
    for (const mail of mails) {
      const sequence = selected.sequenceOf(mail.uid);
      session.tell(`${sequence} FETCH (UID ${mail.uid} FLAGS (${[...mail.flags].join(" ")}))`);
      await session.breathe();
    }
    return ok("Done");
  },
};

/** Flags may also stand without parentheses. */
function atomsLeft(args: Parameters<ImapCommand["run"]>[0]["args"]) {
  return Array.from({ length: args.left }, () => args.take("flag"));
}
