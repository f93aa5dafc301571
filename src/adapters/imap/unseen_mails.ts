import type { SizedMail } from "./commands/fetch_sizes.ts";
import { type BatchLimits, batchLength } from "./cut_batch.ts";
import type { Uid } from "./mailbox_key.ts";

/** A mail is given up after so many failed fetches. */
export const maxTrials = 3;

/**
 * The unread mails of one folder generation on their way to the journal: waiting (numbers only, kept from search to
 * search) → sized → being read → offered, or left alone. In memory only; the journal and \Seen are what counts.
 */
export class UnseenMails {
  #waiting: readonly Uid[] = [];
  /** How many of `#waiting` were taken. */
  #taken = 0;
  /** Taken from `#waiting` and not yet offered. */
  readonly #reading = new Set<Uid>();
  #sized: SizedMail[] = [];
  #leftAlone = new Set<Uid>();
  /** Those of them that should have become tasks. */
  #givenUp = new Set<Uid>();
  #trials = new Map<Uid, number>();
  /** Found once, never read, and not found any more. */
  #vanished: Uid[] = [];

  /** Found unread and not yet offered. */
  get backlog(): number {
    return this.#waiting.length - this.#taken + this.#reading.size;
  }

  /** Mails nothing could be made of. */
  get givenUp(): number {
    return this.#givenUp.size;
  }

  /** Mails whose size is known and whose content is not yet read. */
  get sized(): number {
    return this.#sized.length;
  }

  /** What a search found, oldest first. `inFlight` tells whether a mail was offered in this run. */
  found(uids: readonly Uid[], inFlight: (uid: Uid) => boolean): void {
    const unread = new Set(uids);
    const unreached = new Set([...this.#waiting.slice(this.#taken), ...this.#trials.keys()]);
    for (const uid of unreached) if (!unread.has(uid) && !inFlight(uid)) this.#vanished.push(uid);
    this.#leftAlone = new Set([...this.#leftAlone].filter((uid) => unread.has(uid)));
    this.#givenUp = new Set([...this.#givenUp].filter((uid) => unread.has(uid)));
    this.#trials = new Map([...this.#trials].filter(([uid]) => unread.has(uid)));
    this.#waiting = uids.filter((uid) => !this.#reading.has(uid) && !this.#leftAlone.has(uid) && !inFlight(uid));
    this.#taken = 0;
  }

  /** The oldest waiting mails, at most `limit`; they count as being read until dropped or left alone. */
  take(limit: number): readonly Uid[] {
    const taken = this.#waiting.slice(this.#taken, this.#taken + limit);
    this.#taken += taken.length;
    for (const uid of taken) this.#reading.add(uid);
    return taken;
  }

  /** Mails that were found and have vanished before they were read; each is told of once. */
  takeVanished(): readonly Uid[] {
    return this.#vanished.splice(0);
  }

  addSized(mails: readonly SizedMail[]): void {
    this.#sized.push(...mails);
  }

  /** The next mails to fetch with one command. */
  cut(limits: BatchLimits): readonly SizedMail[] {
    return this.#sized.splice(0, batchLength(this.#sized, limits, this.#trials));
  }

  /** Fetching them failed; they come first again. `blame`: they may be the reason, so each is tried alone from now on. */
  putBack(mails: readonly SizedMail[], blame: boolean): void {
    this.#sized.unshift(...mails);
    if (blame) for (const { uid } of mails) this.#blame(uid);
  }

  /** Fetching it failed so often, at last alone, that it keeps others from being read. */
  isHopeless(uid: Uid): boolean {
    return (this.#trials.get(uid) ?? 0) >= maxTrials;
  }

  /** It is on its way, also when it was given up before. */
  offered(uid: Uid): void {
    this.#givenUp.delete(uid);
    this.drop(uid);
  }

  /** Offered, or gone: if a later search finds it unread again, it starts over. */
  drop(uid: Uid): void {
    this.#reading.delete(uid);
  }

  /** The server did not answer for it although it may still be there. */
  missed(uid: Uid): void {
    this.#blame(uid);
    this.drop(uid);
  }

  /** None of ours, until `secondChance`. */
  leaveAlone(uid: Uid): void {
    this.#leftAlone.add(uid);
    this.drop(uid);
  }

  isGivenUp(uid: Uid): boolean {
    return this.#givenUp.has(uid);
  }

  /** Nothing can be made of it, until `secondChance`. */
  giveUp(uid: Uid): void {
    this.#givenUp.add(uid);
    this.leaveAlone(uid);
  }

  /** Once in a while everything is looked at again: what broke a fetch may have been the network. */
  secondChance(): void {
    this.#leftAlone.clear();
    this.#trials = new Map([...this.#trials].map(([uid, trials]) => [uid, Math.min(trials, maxTrials - 1)]));
  }

  #blame(uid: Uid): void {
    this.#trials.set(uid, (this.#trials.get(uid) ?? 0) + 1);
  }
}
