import type { Mailbox, MailboxChange, StoredMail } from "../mailboxes/mailbox.ts";
import { firstAtLeast, parseSequenceSet, pick } from "./sequence_set.ts";

/**
 * A mailbox as one session knows it. Sequence numbers are what the client has been told, so a change waits here until it may
 * be told (RFC 9051 section 5.2): the mailbox is ahead, the client never wrong about its numbers.
 */
export class SelectedMailbox {
  readonly mailbox: Mailbox;
  readonly readOnly: boolean;
  readonly #known: number[];
  readonly #untoldExpunged = new Set<number>();
  readonly #untoldFlags = new Set<number>();
  readonly #untoldMails: number[] = [];
  readonly #watch: Disposable;
  readonly #onGone: () => void;
  #onNews: (() => void) | undefined;

  constructor(parts: { mailbox: Mailbox; readOnly: boolean; onGone: () => void }) {
    this.mailbox = parts.mailbox;
    this.readOnly = parts.readOnly;
    this.#onGone = parts.onGone;
    this.#known = Array.from(parts.mailbox.mails(), (mail) => mail.uid);
    this.#watch = parts.mailbox.watch((change) => this.#note(change));
  }

  /** UIDs in the order of their sequence numbers. */
  get uids(): readonly number[] {
    return this.#known;
  }

  /** Undefined when the client has not been told of the mail. */
  sequenceOf(uid: number): number | undefined {
    const at = firstAtLeast(this.#known, uid);
    return this.#known[at] === uid ? at + 1 : undefined;
  }

  /** The mails a set names, as far as they still exist. @throws {ImapSyntaxError} */
  resolve(set: string, byUid: boolean): StoredMail[] {
    const uids = byUid
      ? pick(parseSequenceSet(set), this.#known)
      : this.#uidsAt(pick(parseSequenceSet(set), this.#numbers()));
    return uids.flatMap((uid) => this.mailbox.get(uid) ?? []);
  }

  /** What the client does not know yet, as lines without their ends. From now on it counts as told. */
  takeNews(options: { readonly expunges: boolean }): string[] {
    const expunges = options.expunges ? this.#tellExpunged() : [];
    return [...expunges, ...this.#tellMails(), ...this.#tellFlags()];
  }

  /** Calls back at each change until disposed, as IDLE needs. */
  onNews(callback: () => void): Disposable {
    this.#onNews = callback;
    return {
      [Symbol.dispose]: () => {
        this.#onNews = undefined;
      },
    };
  }

  close(): void {
    this.#watch[Symbol.dispose]();
    this.#onNews = undefined;
  }

  #note(change: MailboxChange): void {
    switch (change.kind) {
      case "added":
        this.#untoldMails.push(change.mail.uid);
        break;
      case "flagged":
        if (change.by === this) return; // its own STORE answers for itself
        for (const mail of change.mails) this.#untoldFlags.add(mail.uid);
        break;
      case "expunged":
        for (const uid of change.uids) this.#untoldExpunged.add(uid);
        break;
      case "gone":
        this.#onGone();
        return;
    }
    this.#onNews?.();
  }

  /** Each number is counted after the expunges told before it (RFC 9051 section 7.5.1). */
  #tellExpunged(): string[] {
    const gone = [...this.#untoldExpunged];
    this.#untoldExpunged.clear();
    return gone.flatMap((uid) => {
      const sequence = this.sequenceOf(uid);
      if (sequence === undefined) return [];
      this.#known.splice(sequence - 1, 1);
      return `${sequence} EXPUNGE`;
    });
  }

  #tellMails(): string[] {
    const still = this.#untoldMails.filter((uid) => this.mailbox.get(uid) !== undefined);
    this.#untoldMails.length = 0;
    for (const uid of still) this.#known.push(uid);
    return still.length === 0 ? [] : [`${this.#known.length} EXISTS`];
  }

  #tellFlags(): string[] {
    const changed = [...this.#untoldFlags];
    this.#untoldFlags.clear();
    return changed.flatMap((uid) => {
      const sequence = this.sequenceOf(uid);
      const mail = this.mailbox.get(uid);
      return sequence === undefined || mail === undefined
        ? []
        : `${sequence} FETCH (UID ${uid} FLAGS (${[...mail.flags].join(" ")}))`;
    });
  }

  #numbers(): number[] {
    return this.#known.map((_, index) => index + 1);
  }

  #uidsAt(numbers: readonly number[]): number[] {
    return numbers.map((number) => this.#known[number - 1] as number);
  }
}
