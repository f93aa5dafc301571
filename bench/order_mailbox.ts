import { type Dovecot, startDovecot } from "../test/support/dovecot.ts";
import type { AnchorAccount } from "./imap_anchor.ts";
import { orderMail } from "./order_mails.ts";

/** Calls `use` with a private Dovecot in the system's temporary directory: it does not run as the user of this checkout. */
export async function withDovecot<T>(use: (dovecot: Dovecot) => Promise<T>): Promise<T> {
  const dovecot = await startDovecot();
  try {
    return await use(dovecot);
  } finally {
    await dovecot.stop();
  }
}

/** Calls `use` with an account that nobody has opened yet and that holds `mails` unread orders; then deletes them. */
export async function withOrders<T>(
  dovecot: Dovecot,
  mails: number,
  use: (account: AnchorAccount) => Promise<T>,
): Promise<T> {
  const user = dovecot.newUser();
  for (let n = 0; n < mails; n += 1) dovecot.deliver(user, orderMail(n));
  const { host, ports, password } = dovecot;
  const result = await use({ host, port: ports.imap, user, password });
  await dovecot.doveadm("expunge", "-u", user, "mailbox", "INBOX", "all");
  return result;
}
