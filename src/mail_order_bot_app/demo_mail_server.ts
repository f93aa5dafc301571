import { join } from "node:path";
import type { Clock, Component, ConfigOf, Schema } from "../app_runtime/index.ts";
import type { DevMailServer } from "../dev_mail_server/dev_mail_server.ts";
import { loadSampleMails } from "./infrastructure/sample_mails.ts";

/** Config section `platform.demo`, known only when the embedded demonstration runs. */
export const demoSchema = {
  imapPort: { doc: "Port of the development IMAP server.", format: "port", default: 3143, restart: true },
  smtpPort: { doc: "Port of the development SMTP server.", format: "port", default: 3025, restart: true },
  inbox: {
    doc: "An .eml file put here is delivered into the mailbox.",
    format: "path",
    default: "./data/demo/inbox",
    restart: true,
  },
  sent: { doc: "What the bot sends is written here.", format: "path", default: "./data/demo/sent", restart: true },
  user: {
    doc: "Address and login name of the mailbox.",
    format: "email",
    default: "orders@fjord-furniture.example",
    restart: true,
  },
  password: { doc: "Its password.", format: "secret", default: "demo", restart: true },
} as const satisfies Schema;

export type DemoConfig = ConfigOf<typeof demoSchema>;

/** The development mail server as part of the demonstration; a fresh mailbox gets the sample mails. */
export class DemoMailServer implements Component {
  readonly name = "demo_mail_server";
  /** Whoever holds the data directory may use the mailbox in it. */
  readonly needs = ["journal"];
  readonly #config: DemoConfig;
  readonly #dataDir: string;
  readonly #clock: Clock;
  #server: DevMailServer | undefined;
  #delivered = 0;

  constructor(parts: { readonly config: DemoConfig; readonly dataDir: string; readonly clock: Clock }) {
    this.#config = parts.config;
    this.#dataDir = parts.dataDir;
    this.#clock = parts.clock;
  }

  /** How many mails are in the mailbox, from this start or an earlier one. */
  get mails(): number {
    return this.#server?.mailbox("INBOX")?.mails.length ?? 0;
  }

  /** How many of them are not marked as read: done mails are, and copies of done mails, which leave no decision behind. */
  get unread(): number {
    const mails = this.#server?.mailbox("INBOX")?.mails ?? [];
    return mails.filter(({ flags }) => !flags.has("\\Seen")).length;
  }

  /** How many sample mails this start has delivered. */
  get delivered(): number {
    return this.#delivered;
  }

  async start(): Promise<void> {
    const { user, password, imapPort, smtpPort, inbox, sent } = this.#config;
    const { startDevMailServer } = await import("../dev_mail_server/start_dev_mail_server.ts");
    this.#server = await startDevMailServer({
      user,
      password,
      imapPort,
      smtpPort,
      inboxDirectory: inbox,
      sentDirectory: sent,
      stateDirectory: join(this.#dataDir, "mail_server"),
      configKeys: {
        imapPort: "platform.demo.imapPort (and sources.inbox.port)",
        smtpPort: "platform.demo.smtpPort (and platform.smtp.port)",
      },
      clock: this.#clock,
    });
    if (this.#server.mailbox("INBOX")?.uidNext !== 1) return;
    for (const { raw } of await loadSampleMails()) {
      this.#server.deliver(Buffer.from(raw));
      this.#delivered += 1;
    }
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}
