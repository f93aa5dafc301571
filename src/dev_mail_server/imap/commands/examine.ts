import type { ImapCommand } from "../command.ts";
import { openMailbox } from "./select.ts";

/** EXAMINE, RFC 9051 section 6.3.3. */
export const examineCommand: ImapCommand = {
  verbs: ["EXAMINE"],
  needs: "login",
  run: (call) => openMailbox(call, true),
};
