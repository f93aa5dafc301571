import { connect } from "node:net";
import { createInterface } from "node:readline";
import type { MailServer } from "./mail_server.ts";

/** Somebody else at the mailbox removes all mails that are in it. */
export async function removeAllMails({ host, port, user, password }: MailServer): Promise<void> {
  const commands = [`LOGIN ${user} ${password}`, "SELECT INBOX", "STORE 1:* +FLAGS (\\Deleted)", "EXPUNGE", "LOGOUT"];
  const socket = connect(port, host);
  try {
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    for (const [number, command] of commands.entries()) {
      socket.write(`v${number} ${command}\r\n`);
      await answered(lines, `v${number}`, command);
    }
  } finally {
    socket.destroy();
  }
}

async function answered(lines: AsyncIterator<string>, tag: string, command: string): Promise<void> {
  for (;;) {
    const { done, value } = await lines.next();
    if (done === true) throw new Error(`The server ended the connection at ${command}.`);
    if (!value.startsWith(`${tag} `)) continue;
    if (value.startsWith(`${tag} OK`)) return;
    throw new Error(`The server answered ${command} with ${value}`);
  }
}
