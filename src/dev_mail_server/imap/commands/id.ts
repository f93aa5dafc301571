import { type ImapCommand, ok } from "../command.ts";

/** ID, RFC 2971. What the client says about itself is not kept. */
export const idCommand: ImapCommand = {
  verbs: ["ID"],
  needs: "nothing",
  run({ session }) {
    session.tell('ID ("name" "dev_mail_server" "environment" "development")');
    return ok("Done");
  },
};
