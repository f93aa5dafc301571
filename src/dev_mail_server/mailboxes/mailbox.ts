import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import { FlagNames } from "./flags.ts";

/** One mail of a mailbox. `flags` is changed by its mailbox only. */
export interface StoredMail {
  readonly uid: number;
  readonly raw: Buffer;
  readonly receivedAt: Date;
  readonly flags: ReadonlySet<string>;
  /** What it was made of, when it came from a file: keeps the file from being delivered twice. */
  readonly origin?: string;
}

export interface NewMail {
  readonly raw: Buffer;
  readonly receivedAt: Date;
  readonly flags?: Iterable<string>;
  readonly origin?: string;
}

/** What happened to a mailbox. `by` is whoever asked for it, so that a session is not told of its own deed. */
export type MailboxChange =
  | { readonly kind: "added"; readonly mail: StoredMail }
  | { readonly kind: "flagged"; readonly mails: readonly StoredMail[]; readonly by?: object }
  | { readonly kind: "expunged"; readonly uids: readonly number[] }
  | { readonly kind: "gone" };

export type FlagChange = { readonly mode: "add" | "remove" | "replace"; readonly flags: readonly string[] };

/** The mailbox holds as many mails as it may. */
export class MailboxFullError extends RuntimeError {
  readonly code = "DEV_MAIL_MAILBOX_FULL";

  constructor(name: string, maxMails: number) {
    super(
      `Mailbox ${name} of the development mail server holds ${maxMails} mails, its limit (limits.maxMails). Empty it.`,
    );
  }
}

export interface MailboxParts {
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext?: number;
  readonly maxMails: number;
  /** Called before anybody else hears of a change, so that what is announced is already kept. */
  readonly record: (mailbox: Mailbox, change: MailboxChange) => void;
}

/** Mails in order of UID, and who wants to know of changes. */
export class Mailbox {
  readonly uidValidity: number;
  readonly flagNames = new FlagNames();
  readonly #mails = new Map<number, StoredMail & { readonly flags: Set<string> }>(); // insertion order is UID order
  readonly #watchers = new Set<(change: MailboxChange) => void>();
  readonly #maxMails: number;
  readonly #record: MailboxParts["record"];
  #name: string;
  #uidNext: number;

  constructor(parts: MailboxParts) {
    this.#name = parts.name;
    this.uidValidity = parts.uidValidity;
    this.#uidNext = parts.uidNext ?? 1;
    this.#maxMails = parts.maxMails;
    this.#record = parts.record;
  }

  get name(): string {
    return this.#name;
  }

  get uidNext(): number {
    return this.#uidNext;
  }

  get size(): number {
    return this.#mails.size;
  }

  mails(): IterableIterator<StoredMail> {
    return this.#mails.values();
  }

  get(uid: number): StoredMail | undefined {
    return this.#mails.get(uid);
  }

  rename(name: string): void {
    this.#name = name;
  }

  /** @throws {MailboxFullError} */
  add(mail: NewMail): StoredMail {
    if (this.#mails.size >= this.#maxMails) throw new MailboxFullError(this.#name, this.#maxMails);
    const stored = this.restore({ ...mail, uid: this.#uidNext });
    this.#announce({ kind: "added", mail: stored });
    return stored;
  }

  /** Puts a mail back under the UID it had; nobody is told. */
  restore(mail: NewMail & { readonly uid: number }): StoredMail {
    const { uid, raw, receivedAt, origin } = mail;
    const flags = new Set(this.flagNames.spellAll(mail.flags ?? []));
    const stored = { uid, raw, receivedAt, flags, ...(origin !== undefined && { origin }) };
    this.#mails.set(uid, stored);
    this.#uidNext = Math.max(this.#uidNext, uid + 1);
    return stored;
  }

  changeFlags(uids: Iterable<number>, change: FlagChange, by?: object): void {
    const flags = this.flagNames.spellAll(change.flags);
    const changed: StoredMail[] = [];
    for (const uid of uids) {
      const mail = this.#mails.get(uid);
      if (mail !== undefined && applyFlags(mail.flags, change.mode, flags)) changed.push(mail);
    }
    if (changed.length > 0) this.#announce({ kind: "flagged", mails: changed, ...(by && { by }) });
  }

  expunge(uids: Iterable<number>): void {
    const gone = [...uids].filter((uid) => this.#mails.delete(uid));
    if (gone.length > 0) this.#announce({ kind: "expunged", uids: gone });
  }

  /** The mailbox itself is gone; sessions that have it open are told. */
  abandon(): void {
    this.#announce({ kind: "gone" });
  }

  watch(watcher: (change: MailboxChange) => void): Disposable {
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => this.#watchers.delete(watcher) };
  }

  #announce(change: MailboxChange): void {
    this.#record(this, change);
    for (const watcher of this.#watchers) watcher(change);
  }
}

function applyFlags(current: Set<string>, mode: FlagChange["mode"], flags: readonly string[]): boolean {
  const before = [...current];
  if (mode === "replace") current.clear();
  for (const flag of flags) {
    if (mode === "remove") current.delete(flag);
    else current.add(flag);
  }
  return before.length !== current.size || before.some((flag) => !current.has(flag));
}
