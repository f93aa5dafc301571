import type { DevMailServer } from "../src/dev_mail_server/dev_mail_server.ts";
import { startDevMailServer } from "../src/dev_mail_server/start_dev_mail_server.ts";
import { type Dovecot, startDovecot } from "../test/support/dovecot.ts";

export type MailServerName = "dovecot" | "dev_mail_server";

/** The IMAP server of a drill with one account, and what can happen to it. */
export interface MailServer {
  readonly name: MailServerName;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Puts a mail into the folder. */
  deliver(raw: string): void;
  /** Flags by UID, of all mails in the folder. */
  flags(): Promise<ReadonlyMap<number, ReadonlySet<string>>>;
  /** Same mails and flags, other UIDs. */
  forgetUids(): void;
  /** The folder goes with all its mails; not possible with INBOX. */
  deleteFolder(): Promise<void>;
  createFolder(): Promise<void>;
  /** Everything it runs ends at once. */
  crash(): Promise<void>;
  /** On the same port, with the same mails. */
  start(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** So many connections of one user it takes; Dovecot's mail_max_userip_connections in the test instance. */
export const connectionLimit = 50;

export async function startMailServer(name: MailServerName, folder: string): Promise<MailServer> {
  if (name === "dovecot") return new DovecotServer(await startDovecot(), folder);
  const [user, limits] = ["orders@drill.example", { maxSessions: connectionLimit }];
  return new DevServer(await startDevMailServer({ user, password: "secret", limits }), user, folder);
}

export class DovecotServer implements MailServer {
  readonly name = "dovecot";
  readonly dovecot: Dovecot;
  readonly user: string;
  readonly #folder: string;

  constructor(dovecot: Dovecot, folder: string) {
    this.dovecot = dovecot;
    this.user = dovecot.newUser();
    this.#folder = folder;
  }

  get host(): string {
    return this.dovecot.host;
  }

  get port(): number {
    return this.dovecot.ports.imap;
  }

  get password(): string {
    return this.dovecot.password;
  }

  deliver(raw: string): void {
    this.dovecot.deliver(this.user, raw, this.#folder);
  }

  flags(): Promise<Map<number, Set<string>>> {
    return this.dovecot.flags(this.user, this.#folder);
  }

  forgetUids(): void {
    this.dovecot.forgetUids(this.user);
  }

  async deleteFolder(): Promise<void> {
    await this.dovecot.doveadm("mailbox", "delete", "-u", this.user, this.#folder);
  }

  async createFolder(): Promise<void> {
    await this.dovecot.doveadm("mailbox", "create", "-u", this.user, this.#folder);
  }

  crash(): Promise<void> {
    return this.dovecot.kill();
  }

  start(): Promise<void> {
    return this.dovecot.start();
  }

  log(): string {
    return this.dovecot.log();
  }

  stop(): Promise<void> {
    return this.dovecot.stop();
  }
}

/** Lives in the process of the drill: a crash closes its port and cuts its connections. */
class DevServer implements MailServer {
  readonly name = "dev_mail_server";
  readonly user: string;
  readonly password = "secret";
  readonly #server: DevMailServer;
  readonly #folder: string;

  constructor(server: DevMailServer, user: string, folder: string) {
    this.#server = server;
    this.user = user;
    this.#folder = folder;
  }

  get host(): string {
    return this.#server.host;
  }

  get port(): number {
    return this.#server.ports.imap;
  }

  deliver(raw: string): void {
    this.#server.deliver(raw, { mailbox: this.#folder });
  }

  async flags(): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
    return new Map(this.#server.mailbox(this.#folder)?.mails.map((mail) => [mail.uid, mail.flags]));
  }

  forgetUids(): void {
    this.#server.faults.bumpUidValidity(this.#folder);
  }

  async deleteFolder(): Promise<void> {
    this.#server.faults.deleteMailbox(this.#folder);
  }

  /** Nothing to do: the first mail makes it. */
  async createFolder(): Promise<void> {}

  crash(): Promise<void> {
    return this.#server.faults.goDown("imap");
  }

  start(): Promise<void> {
    return this.#server.faults.comeUp("imap");
  }

  log(): string {
    return "the development mail server writes no log";
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
