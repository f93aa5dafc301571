import type { ImapCommand } from "../command.ts";
import { list } from "./list.ts";

/** LSUB, RFC 3501 section 6.3.9. */
export const lsubCommand: ImapCommand = {
  verbs: ["LSUB"],
  needs: "login",
  run: (call) => list("LSUB", call),
};
