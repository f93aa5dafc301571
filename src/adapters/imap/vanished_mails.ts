import type { Journal } from "../../app_runtime/contracts/journal.ts";
import { readFlags } from "./commands/read_flags.ts";
import type { ImapFactReporter } from "./imap_facts.ts";
import { taskIdOf, type Uid } from "./mailbox_key.ts";
import type { OpenMailbox } from "./open_mailbox.ts";
import { uidSet } from "./uid_set.ts";

/** Mails asked about with one command. */
const pageLength = 500;

/** A line of the log names the UIDs up to this many characters. */
const namedLimit = 200;

/** Says which mails other people took before the source could read them: it cannot know whether they were orders. */
export class VanishedMails {
  readonly #journal: Journal;
  readonly #facts: ImapFactReporter;

  constructor(parts: { readonly journal: Journal; readonly facts: ImapFactReporter }) {
    this.#journal = parts.journal;
    this.#facts = parts.facts;
  }

  /** Of mails that the journal knows nothing is lost: their content is safe, or they are done. */
  async tell(mailbox: OpenMailbox): Promise<void> {
    const vanished = mailbox.generation.unseen.takeVanished();
    for (let at = 0; at < vanished.length; at += pageLength) {
      const unknown = await this.#unknown(mailbox, vanished.slice(at, at + pageLength));
      if (unknown.length > 0) await this.#tellPage(mailbox, unknown);
    }
  }

  async #unknown({ generation: { key } }: OpenMailbox, uids: readonly Uid[]): Promise<readonly Uid[]> {
    const states = await this.#journal.statesOf(uids.map((uid) => taskIdOf(key, uid)));
    return uids.filter((uid) => !states.has(taskIdOf(key, uid)));
  }

  async #tellPage({ connection, doneFlag }: OpenMailbox, uids: readonly Uid[]): Promise<void> {
    const flags = await readFlags(connection, uids);
    const gone = uids.filter((uid) => flags.get(uid)?.has("\\Deleted") ?? true);
    const read = uids.filter((uid) => !gone.includes(uid) && flags.get(uid)?.has(doneFlag));
    if (gone.length > 0) this.#facts.report("imap_mail_taken_away", { mails: gone.length, uids: named(gone) });
    if (read.length > 0) this.#facts.report("imap_mail_read_by_others", { mails: read.length, uids: named(read) });
  }
}

function named(uids: readonly Uid[]): string {
  const all = uidSet(uids);
  return all.length <= namedLimit ? all : `${all.slice(0, namedLimit)}…`;
}
