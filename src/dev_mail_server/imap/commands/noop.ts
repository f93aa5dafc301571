import { type ImapCommand, ok } from "../command.ts";

/** NOOP, RFC 9051 section 6.1.2: the session tells the news after every command, so there is nothing to do. */
export const noopCommand: ImapCommand = { verbs: ["NOOP"], needs: "nothing", run: () => ok("Done") };
