import type { Clock } from "../../app_runtime/base/clock.ts";
import type { Journal } from "../../app_runtime/contracts/journal.ts";
import type { Patience } from "../../app_runtime/intake/api.ts";
import { nextCheckpoint, readCheckpoint } from "./checkpoint.ts";
import { countOld } from "./commands/count_old.ts";
import { openFolder } from "./commands/open_folder.ts";
import { searchFailed } from "./commands/search_failed.ts";
import type { ImapConnection } from "./imap_connection.ts";
import type { ImapFactReporter } from "./imap_facts.ts";
import type { ImapConfig } from "./imap_schema.ts";
import type { MailboxKey } from "./mailbox_key.ts";
import { Generation, type OpenMailbox } from "./open_mailbox.ts";
import { oldestTaken } from "./reach.ts";

/** Opens the folder and finds out whether its UIDs still mean what they meant. */
export class MailboxOpener {
  readonly #source: string;
  readonly #config: ImapConfig;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #patience: Patience;
  readonly #facts: ImapFactReporter;
  readonly #onMarksWanted: () => void;
  #generation: Generation | undefined;

  /** `onMarksWanted` is handed to each generation. */
  constructor(parts: {
    readonly source: string;
    readonly config: ImapConfig;
    readonly clock: Clock;
    readonly journal: Journal;
    readonly patience: Patience;
    readonly facts: ImapFactReporter;
    readonly onMarksWanted: () => void;
  }) {
    this.#source = parts.source;
    this.#config = parts.config;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#patience = parts.patience;
    this.#facts = parts.facts;
    this.#onMarksWanted = parts.onMarksWanted;
  }

  /** The generation opened last. */
  get generation(): Generation | undefined {
    return this.#generation;
  }

  async open(connection: ImapConnection, signal: AbortSignal): Promise<OpenMailbox> {
    const { host, folder, user, account = user, deadLetterKeyword: keyword, track, doneKeyword } = this.#config;
    const doneFlag = track === "keyword" ? doneKeyword : "\\Seen";
    const flags = { done: doneFlag, failed: keyword };
    const opened = await openFolder(connection, folder, flags);
    const { uidValidity, exists, takesKeyword, canMove } = opened;
    const key: MailboxKey = { account, folder, uidValidity };
    const floor = await this.#updateCheckpoint(key, signal);
    this.#facts.report("imap_connected", { host, folder, exists });
    if (!takesKeyword) this.#facts.report("imap_no_keywords", { folder, keyword });
    if (this.#generation?.key.uidValidity !== uidValidity) this.#generation = new Generation(key, this.#onMarksWanted);
    if (takesKeyword) this.#generation.carryKeyword(await searchFailed(connection, keyword));
    const oldest = oldestTaken(this.#config, floor, this.#clock.wallNow());
    this.#tellOld(this.#generation, await countOld(connection, oldest, flags));
    return { connection, generation: this.#generation, floor, takesKeyword, canMove, doneFlag };
  }

  #tellOld(generation: Generation, mails: number): void {
    if (mails > generation.tooOld) this.#facts.report("imap_old_left_alone", { mails, folder: this.#config.folder });
    generation.tooOld = mails;
  }

  /** The UIDVALIDITY seen last and the floor are remembered over restarts. Resolves with the floor. */
  async #updateCheckpoint(key: MailboxKey, signal: AbortSignal): Promise<number> {
    const read = () => this.#journal.checkpoint(this.#source);
    const last = readCheckpoint(await this.#patience.insist("Reading the journal", read, signal), key);
    const { next, renumbered, changed } = nextCheckpoint(last, {
      key,
      wallNow: this.#clock.wallNow(),
      sinceMs: this.#config.since,
      track: this.#config.track,
    });
    if (renumbered !== undefined) {
      this.#facts.report("imap_renumbered", { folder: key.folder, from: renumbered, to: key.uidValidity });
    }
    if (changed) {
      const save = () => this.#journal.saveCheckpoint(this.#source, { ...next });
      await this.#patience.insist("Writing the journal", save, signal);
    }
    return next.floor;
  }
}
