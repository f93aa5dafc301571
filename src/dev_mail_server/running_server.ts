import { SystemClock } from "../app_runtime/base/clock.ts";
import type { DeliverOptions, DevMailServer, MailboxView } from "./dev_mail_server.ts";
import { type DevMailServerOptions, defaultLimits } from "./dev_mail_server_options.ts";
import { EmlFolder } from "./eml_folder.ts";
import { FaultPlan } from "./faults/fault_plan.ts";
import { type FaultPlans, Faults } from "./faults/faults.ts";
import { ImapSide } from "./imap/imap_side.ts";
import { LoopbackListener } from "./loopback_listener.ts";
import { withCrlf } from "./mailboxes/crlf.ts";
import { Mailboxes } from "./mailboxes/mailboxes.ts";
import { StateFolder } from "./mailboxes/state_folder.ts";
import { MailDrop, type SentMail } from "./smtp/mail_drop.ts";
import { SmtpSide } from "./smtp/smtp_side.ts";

/** The parts of the server, wired. */
export class RunningServer implements DevMailServer {
  readonly host: string;
  readonly address: string;
  readonly faults: Faults;
  readonly #mailboxes: Mailboxes;
  readonly #drop: MailDrop;
  readonly #imap: LoopbackListener;
  readonly #smtp: LoopbackListener;
  readonly #state: StateFolder | undefined;
  readonly #folder: EmlFolder | undefined;
  readonly #deliveredFiles = new Set<string>();

  constructor(options: DevMailServerOptions) {
    const {
      user,
      password,
      host = "127.0.0.1",
      clock = new SystemClock(),
      stateDirectory,
      inboxDirectory: directory,
    } = options;
    const account = { user, password };
    const limits = { ...defaultLimits, ...options.limits };
    const { maxMails, maxMailBytes, maxSessions: maxConnections } = limits;
    this.host = host;
    this.address = options.address ?? (user.includes("@") ? user : `${user}@localhost`);

    const state = stateDirectory === undefined ? undefined : new StateFolder(stateDirectory);
    const mailboxes = new Mailboxes({ clock, maxMails, record: (mailbox, change) => state?.record(mailbox, change) });
    this.#state = state;
    this.#mailboxes = mailboxes;
    this.#drop = new MailDrop({ mailboxes, address: this.address, sentDirectory: options.sentDirectory });
    const deliver = (raw: Buffer, origin: string) => this.#deliverFile(raw, origin);
    const isDelivered = (origin: string) => this.#deliveredFiles.has(origin);
    if (directory !== undefined) this.#folder = new EmlFolder({ directory, clock, maxMailBytes, isDelivered, deliver });

    const plans: FaultPlans = { imap: new FaultPlan(), smtp: new FaultPlan() };
    const imapSide = new ImapSide({ mailboxes, account, limits, faults: plans.imap });
    const smtpSide = new SmtpSide({ drop: this.#drop, account, limits, faults: plans.smtp });
    this.#imap = new LoopbackListener({
      protocol: "IMAP",
      host,
      port: options.imapPort ?? 0,
      configKey: options.configKeys?.imapPort ?? "imapPort",
      maxConnections,
      onConnection: (socket) => imapSide.serve(socket),
    });
    this.#smtp = new LoopbackListener({
      protocol: "SMTP",
      host,
      port: options.smtpPort ?? 0,
      configKey: options.configKeys?.smtpPort ?? "smtpPort",
      maxConnections,
      onConnection: (socket) => smtpSide.serve(socket),
    });
    this.faults = new Faults({ plans, mailboxes, listeners: { imap: this.#imap, smtp: this.#smtp } });
  }

  get ports() {
    return { imap: this.#imap.port, smtp: this.#smtp.port };
  }

  /** What was kept comes first, then new files, then clients. */
  async start(): Promise<void> {
    for (const origin of this.#state?.load(this.#mailboxes) ?? []) this.#deliveredFiles.add(origin);
    for (const name of ["INBOX", "Sent"]) this.#mailboxes.findOrCreate(name);
    await this.#folder?.start();
    await this.#imap.open();
    await this.#smtp.open();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#folder?.stop(), this.#imap.close(), this.#smtp.close()]);
    this.#state?.close();
  }

  deliver(raw: Buffer | string, options: DeliverOptions = {}): number {
    const { mailbox = "INBOX", receivedAt = this.#mailboxes.now(), flags = [] } = options;
    const bytes = withCrlf(typeof raw === "string" ? Buffer.from(raw) : raw);
    return this.#mailboxes.findOrCreate(mailbox).add({ raw: bytes, receivedAt, flags }).uid;
  }

  mailbox(name: string): MailboxView | undefined {
    const mailbox = this.#mailboxes.find(name);
    if (mailbox === undefined) return undefined;
    const mails = Array.from(mailbox.mails(), (mail) => ({ ...mail, flags: new Set(mail.flags) }));
    return { name: mailbox.name, uidValidity: mailbox.uidValidity, uidNext: mailbox.uidNext, mails };
  }

  sent(): readonly SentMail[] {
    return this.#drop.sent();
  }

  #deliverFile(raw: Buffer, origin: string): void {
    this.#mailboxes.findOrCreate("INBOX").add({ raw: withCrlf(raw), receivedAt: this.#mailboxes.now(), origin });
    this.#deliveredFiles.add(origin);
  }
}
