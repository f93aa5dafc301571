import { hierarchySeparator } from "../../mailboxes/mailboxes.ts";
import { type ImapCommand, ok } from "../command.ts";

/** NAMESPACE, RFC 9051 section 6.3.10: one personal namespace without prefix. */
export const namespaceCommand: ImapCommand = {
  verbs: ["NAMESPACE"],
  needs: "login",
  run({ session }) {
    session.tell(`NAMESPACE (("" "${hierarchySeparator}")) NIL NIL`);
    return ok("Done");
  },
};
