import { startDevMailServer } from "../../src/dev_mail_server/start_dev_mail_server.ts";
import { type Dovecot, startDovecot } from "./dovecot.ts";

/** How a client reaches an account. */
export interface MailConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** A second port with TLS from the first byte, and the authority to trust; absent when the server has no TLS. */
  readonly tls?: { readonly port: number; readonly ca: string };
}

/** One fresh account on some IMAP server: the same suite runs on each kind of server. */
export interface TestMailServer {
  readonly name: string;
  readonly connection: MailConnection;
  /** Into the INBOX, unread, byte by byte as given (line ends CRLF). */
  deliver(raw: string | Buffer): Promise<void>;
  /** Flags and keywords of the INBOX by UID, seen from outside of any client session. */
  flags(): Promise<ReadonlyMap<number, ReadonlySet<string>>>;
  /** The INBOX gets new UIDs and a new UIDVALIDITY. */
  forgetUids(): Promise<void>;
  stop(): Promise<void>;
}

/** Hands out fresh accounts until it is stopped, all of one kind of server. */
export interface TestMailServerHost {
  readonly name: string;
  account(): Promise<TestMailServer>;
  stop(): Promise<void>;
}

/** For `describe.each`: start the host once per suite, take an account per test. */
export const mailServerHosts: readonly { readonly name: string; start(): Promise<TestMailServerHost> }[] = [
  { name: "dev_mail_server", start: async () => devMailServerHost() },
  { name: "Dovecot", start: async () => dovecotHost(await startDovecot()) },
];

/** Each account is a server of its own: that is cheaper than teaching it accounts. */
function devMailServerHost(): TestMailServerHost {
  const running = new Set<TestMailServer>();
  return {
    name: "dev_mail_server",
    account: async () => {
      const server = await devMailServerAccount(() => running.delete(server));
      running.add(server);
      return server;
    },
    stop: async () => {
      for (const server of running) await server.stop();
    },
  };
}

async function devMailServerAccount(onStop: () => void): Promise<TestMailServer> {
  const [user, password] = ["orders@shop.example", "secret"];
  const server = await startDevMailServer({ user, password });
  return {
    name: "dev_mail_server",
    connection: { host: server.host, port: server.ports.imap, user, password },
    deliver: async (raw) => void server.deliver(raw),
    flags: async () => new Map(server.mailbox("INBOX")?.mails.map((mail) => [mail.uid, mail.flags])),
    forgetUids: async () => server.faults.bumpUidValidity(),
    stop: async () => {
      onStop();
      await server.stop();
    },
  };
}

function dovecotHost(dovecot: Dovecot): TestMailServerHost {
  return { name: "Dovecot", account: async () => dovecotAccount(dovecot), stop: () => dovecot.stop() };
}

/** Its own stop leaves the shared instance running. */
export function dovecotAccount(dovecot: Dovecot): TestMailServer {
  const user = dovecot.newUser();
  const { host, password, ports, ca } = dovecot;
  return {
    name: "Dovecot",
    connection: { host, port: ports.imap, user, password, tls: { port: ports.imaps, ca } },
    deliver: async (raw) => dovecot.deliver(user, raw),
    flags: () => dovecot.flags(user),
    forgetUids: async () => dovecot.forgetUids(user),
    stop: async () => undefined,
  };
}
