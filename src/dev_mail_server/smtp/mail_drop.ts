import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withCrlf } from "../mailboxes/crlf.ts";
import type { Mailboxes } from "../mailboxes/mailboxes.ts";

/** A mail that left the house: what the account's programs sent to others. */
export interface SentMail {
  /** Envelope sender; empty for `<>`. */
  readonly from: string;
  /** Envelope recipients other than the account itself. */
  readonly to: readonly string[];
  readonly raw: Buffer;
  readonly sentAt: Date;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** Older ones are only in the Sent mailbox and on disk. */
const maxRemembered = 10_000;

/** Decides where a mail that came by SMTP belongs: the account's INBOX, or Sent. */
export class MailDrop {
  readonly #mailboxes: Mailboxes;
  readonly #address: string;
  readonly #sentDirectory: string | undefined;
  readonly #sent: SentMail[] = [];

  constructor(parts: { mailboxes: Mailboxes; address: string; sentDirectory: string | undefined }) {
    this.#mailboxes = parts.mailboxes;
    this.#address = parts.address.toLowerCase();
    this.#sentDirectory = parts.sentDirectory;
    if (this.#sentDirectory !== undefined) mkdirSync(this.#sentDirectory, { recursive: true });
  }

  /** @throws {MailboxFullError} */
  accept(envelope: Envelope, raw: Buffer): void {
    const others = envelope.to.filter((address) => address.toLowerCase() !== this.#address);
    if (others.length > 0)
      this.#keepSent({ from: envelope.from, to: others, raw: withCrlf(raw), sentAt: this.#mailboxes.now() });
    if (others.length < envelope.to.length) this.#deliver(envelope.from, raw);
  }

  sent(): readonly SentMail[] {
    return [...this.#sent];
  }

  /** Return-Path tells a bounce from a mail, as on any mail server that delivers (RFC 5321 section 4.4). */
  #deliver(from: string, raw: Buffer): void {
    const receivedAt = this.#mailboxes.now();
    const trace = `Return-Path: <${from}>\r\nReceived: by dev_mail_server; ${receivedAt.toUTCString()}\r\n`;
    const delivered = Buffer.concat([Buffer.from(trace), withCrlf(raw)]);
    this.#mailboxes.findOrCreate("INBOX").add({ raw: delivered, receivedAt });
  }

  #keepSent(mail: SentMail): void {
    const { uid } = this.#mailboxes
      .findOrCreate("Sent")
      .add({ raw: mail.raw, receivedAt: mail.sentAt, flags: ["\\Seen"] });
    this.#sent.push(mail);
    if (this.#sent.length > maxRemembered) this.#sent.shift();
    if (this.#sentDirectory === undefined) return;
    const time = mail.sentAt.toISOString().replace(/[:.]/g, "-");
    writeFileSync(join(this.#sentDirectory, `${time}-${uid}-${fileSafe(mail.to[0] ?? "")}.eml`), mail.raw);
  }
}

function fileSafe(address: string): string {
  return address.replace(/[^\w@.+-]/g, "_").slice(0, 80);
}
