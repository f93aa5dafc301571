import { type ImapCommand, ok } from "../command.ts";

/** CHECK, RFC 3501 section 6.4.1: everything is kept already. */
export const checkCommand: ImapCommand = { verbs: ["CHECK"], needs: "mailbox", run: () => ok("Done") };
