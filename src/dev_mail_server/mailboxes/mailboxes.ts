import type { Clock } from "../../app_runtime/base/clock.ts";
import { Mailbox, type MailboxChange } from "./mailbox.ts";

/** What the rest of the server may want to keep: a change of a mailbox, or of the list of them. */
export type MailboxesChange =
  | MailboxChange
  | { readonly kind: "created" }
  | { readonly kind: "renamed"; readonly from: string };

export interface MailboxesParts {
  readonly clock: Clock;
  readonly maxMails: number;
  readonly record: (mailbox: Mailbox, change: MailboxesChange) => void;
}

export const hierarchySeparator = "/";

const maxMailboxes = 1000;

/** The mailboxes of the one account, by name. */
export class Mailboxes {
  readonly #parts: MailboxesParts;
  readonly #byName = new Map<string, Mailbox>();
  #lastUidValidity = 0;

  constructor(parts: MailboxesParts) {
    this.#parts = parts;
  }

  /** When mail that comes in now was received. */
  now(): Date {
    return new Date(this.#parts.clock.wallNow());
  }

  find(name: string): Mailbox | undefined {
    return this.#byName.get(canonicalName(name));
  }

  all(): readonly Mailbox[] {
    return [...this.#byName.values()];
  }

  /** The mailbox of that name; undefined when there is one already, or too many. */
  create(name: string): Mailbox | undefined {
    if (this.find(name) !== undefined || this.#byName.size >= maxMailboxes) return undefined;
    const mailbox = this.restore({ name: canonicalName(name), uidValidity: this.#newUidValidity() });
    this.#parts.record(mailbox, { kind: "created" });
    return mailbox;
  }

  findOrCreate(name: string): Mailbox {
    return this.find(name) ?? this.create(name) ?? raiseTooMany();
  }

  /** Puts a mailbox back as it was; nothing is recorded. */
  restore(saved: { readonly name: string; readonly uidValidity: number; readonly uidNext?: number }): Mailbox {
    const { maxMails, record } = this.#parts;
    const mailbox = new Mailbox({ ...saved, maxMails, record });
    this.#lastUidValidity = Math.max(this.#lastUidValidity, saved.uidValidity);
    this.#byName.set(saved.name, mailbox);
    return mailbox;
  }

  delete(mailbox: Mailbox): void {
    this.#byName.delete(mailbox.name);
    mailbox.abandon();
  }

  /** Moves the mailbox and those below it to new names. */
  rename(mailbox: Mailbox, to: string): void {
    const from = mailbox.name;
    for (const each of this.all()) {
      if (each !== mailbox && !each.name.startsWith(from + hierarchySeparator)) continue;
      const old = each.name;
      this.#byName.delete(old);
      each.rename(to + old.slice(from.length));
      this.#byName.set(each.name, each);
      this.#parts.record(each, { kind: "renamed", from: old });
    }
  }

  /**
   * The same mails under a new UIDVALIDITY and new UIDs, as after a restored backup. Sessions that have the mailbox open go
   * on in the old one and never hear of new mail, which is what Dovecot does.
   */
  renumber(name: string): Mailbox {
    const old = this.findOrCreate(name);
    const fresh = this.restore({ name: old.name, uidValidity: this.#newUidValidity() });
    this.#parts.record(fresh, { kind: "created" });
    for (const { raw, receivedAt, flags, origin } of old.mails()) {
      fresh.add({ raw, receivedAt, flags, ...(origin !== undefined && { origin }) });
    }
    return fresh;
  }

  /** Tenths of a second since 2025 fit 32 bits until 2038 and differ after the quickest restart. */
  #newUidValidity(): number {
    const tenths = Math.floor((this.#parts.clock.wallNow() - Date.UTC(2025, 0, 1)) / 100);
    this.#lastUidValidity = Math.max(this.#lastUidValidity + 1, tenths);
    return this.#lastUidValidity;
  }
}

/** INBOX is the one name without case (RFC 9051 section 5.1). */
function canonicalName(name: string): string {
  return name.toUpperCase() === "INBOX" ? "INBOX" : name;
}

function raiseTooMany(): never {
  throw new RangeError(`More than ${maxMailboxes} mailboxes`);
}
