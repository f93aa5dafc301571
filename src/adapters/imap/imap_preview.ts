import type { Clock } from "../../app_runtime/base/clock.ts";
import type { BlobStore } from "../../app_runtime/contracts/blob_store.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { Journal } from "../../app_runtime/contracts/journal.ts";
import type { Publisher } from "../../app_runtime/contracts/publisher.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import type { SourceStatus, TaskSource } from "../../app_runtime/contracts/task_source.ts";
import type { SourceParts } from "../../app_runtime/contracts/unit_kind.ts";
import { Gate, RunLedger, TaskPublisher } from "../../app_runtime/intake/api.ts";
import { nextCheckpoint, readCheckpoint } from "./checkpoint.ts";
import { type ConnectParts, connect } from "./commands/connect.ts";
import { fetchSizes, type SizedMail } from "./commands/fetch_sizes.ts";
import { logout } from "./commands/logout.ts";
import { examineFolder } from "./commands/open_folder.ts";
import { searchFailed } from "./commands/search_failed.ts";
import { searchUnhandled } from "./commands/search_unhandled.ts";
import { batchLength } from "./cut_batch.ts";
import type { ImapConnection } from "./imap_connection.ts";
import { ImapFactReporter } from "./imap_facts.ts";
import { imapFailure } from "./imap_failure.ts";
import type { ImapConfig } from "./imap_schema.ts";
import type { InboxCounts, InboxPreview } from "./inbox_preview.ts";
import { MailOfferer } from "./mail_offerer.ts";
import { type MailboxKey, taskIdOf, type Uid } from "./mailbox_key.ts";
import { Generation } from "./open_mailbox.ts";
import { oldestTaken } from "./reach.ts";
import { readMails } from "./read_mails.ts";
import type { MailToTask } from "./received_mail.ts";
import { storeMails } from "./store_mails.ts";

/** Mails asked about with one command. */
const pageLength = 1_000;

/**
 * What a source would do, without doing it to the mailbox: opens the folder for reading only, counts, and hands the newest
 * mails to the application it is given, whose journal must be one to throw away. Looks once; never marks, never reconnects.
 */
export class ImapPreview implements TaskSource {
  readonly name: string;
  readonly #config: ImapConfig;
  readonly #connect: ConnectParts;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #blobs: BlobStore;
  readonly #offerer: MailOfferer;
  readonly #newest: number;
  readonly #onPreview: (preview: InboxPreview) => void;
  readonly #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(parts: {
    readonly config: ImapConfig;
    readonly parts: SourceParts;
    readonly tokens: ConnectParts["tokens"];
    readonly toTask: MailToTask;
    /** So many mails are handed on. */
    readonly newest: number;
    readonly onPreview: (preview: InboxPreview) => void;
  }) {
    const { name, clock, events, journal, blobs, publisher } = parts.parts;
    this.name = name;
    this.#config = parts.config;
    this.#connect = { config: parts.config, clock, tokens: parts.tokens };
    this.#clock = clock;
    this.#journal = journal;
    this.#blobs = blobs;
    this.#offerer = newOfferer({ name, events, journal, publisher, toTask: parts.toTask });
    this.#newest = parts.newest;
    this.#onPreview = parts.onPreview;
  }

  async start(): Promise<void> {
    this.#done = this.#look();
  }

  async quiesce(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async stop(): Promise<void> {
    await this.quiesce();
  }

  pause(): void {}

  resume(): void {}

  trigger(): void {}

  status(): SourceStatus {
    return { state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} };
  }

  health(): HealthFinding {
    return { state: "pass" };
  }

  async #look(): Promise<void> {
    const { host, user, folder } = this.#config;
    const found = await this.#find();
    if (!this.#stop.signal.aborted) this.#onPreview({ source: this.name, host, user, folder, found });
  }

  async #find(): Promise<InboxPreview["found"]> {
    let connection: ImapConnection | undefined;
    try {
      connection = await connect(this.#connect, this.#stop.signal);
      const found = await this.#examine(connection);
      await logout(connection, this.#clock);
      return { kind: "looked", ...found };
    } catch (error) {
      return { kind: "failed", sentence: imapFailure(error, this.#config).sentence };
    } finally {
      connection?.close();
    }
  }

  async #examine(connection: ImapConnection): Promise<{ counts: InboxCounts; offered: readonly TaskId[] }> {
    const { folder, user, account = user, deadLetterKeyword, track, doneKeyword, maxMailSize } = this.#config;
    const { uidValidity, exists } = await examineFolder(connection, folder);
    const key: MailboxKey = { account, folder, uidValidity };
    const floor = await this.#floor(key);
    const oldest = oldestTaken(this.#config, floor, this.#clock.wallNow());
    const doneFlag = track === "keyword" ? doneKeyword : "\\Seen";
    const givenUp = new Set(await searchFailed(connection, deadLetterKeyword));
    const all = (await searchUnhandled(connection, 0, doneFlag)).filter((uid) => !givenUp.has(uid));
    const recent = (await searchUnhandled(connection, oldest, doneFlag)).filter((uid) => !givenUp.has(uid));

    const sized = await this.#sizes(connection, recent);
    const taken = sized.filter((mail) => mail.internalDate >= oldest);
    const fresh = await this.#unknown(key, taken);
    const offered = await this.#offer(connection, new Generation(key, () => undefined), fresh.slice(-this.#newest));
    const counts = {
      mails: exists,
      open: all.length,
      tooOld: all.length - recent.length + sized.length - taken.length,
      tooLarge: taken.filter((mail) => mail.size > maxMailSize).length,
      known: taken.length - fresh.length + offered.known,
    };
    return { counts, offered: offered.ids };
  }

  /** As the next start would compute it; it is not saved. */
  async #floor(key: MailboxKey): Promise<number> {
    const last = readCheckpoint(await this.#journal.checkpoint(this.name), key);
    const { since: sinceMs, track } = this.#config;
    return nextCheckpoint(last, { key, wallNow: this.#clock.wallNow(), sinceMs, track }).next.floor;
  }

  async #sizes(connection: ImapConnection, uids: readonly Uid[]): Promise<readonly SizedMail[]> {
    const sized: SizedMail[] = [];
    for (let at = 0; at < uids.length; at += pageLength) {
      const page = await fetchSizes(connection, uids.slice(at, at + pageLength), this.#clock.wallNow());
      sized.push(...page.values());
    }
    return sized.toSorted((a, b) => a.uid - b.uid);
  }

  async #unknown(key: MailboxKey, mails: readonly SizedMail[]): Promise<readonly SizedMail[]> {
    const unknown: SizedMail[] = [];
    for (let at = 0; at < mails.length; at += pageLength) {
      const page = mails.slice(at, at + pageLength);
      const states = await this.#journal.statesOf(page.map((mail) => taskIdOf(key, mail.uid)));
      unknown.push(...page.filter((mail) => !states.has(taskIdOf(key, mail.uid))));
    }
    return unknown;
  }

  /** Batch after batch, so that not all of them are in memory. A mail known by its content gets no task. */
  async #offer(
    connection: ImapConnection,
    generation: Generation,
    mails: readonly SizedMail[],
  ): Promise<{ readonly ids: readonly TaskId[]; readonly known: number }> {
    const { batch, batchSize, maxMailSize } = this.#config;
    const limits = { mails: batch, bytes: batchSize, maxMailBytes: maxMailSize };
    const ids: TaskId[] = [];
    for (let at = 0; at < mails.length; ) {
      const rest = mails.slice(at);
      const cut = rest.slice(0, batchLength(rest, limits, new Map()));
      const read = await readMails(connection, cut, maxMailSize);
      await this.#offerer.offer(await storeMails(this.#blobs, { generation, mails: read }), this.#stop.signal);
      ids.push(...read.map((mail) => taskIdOf(generation.key, mail.uid)));
      at += cut.length;
    }
    const states = await this.#journal.statesOf(ids);
    const offered = ids.filter((id) => states.has(id));
    return { ids: offered, known: ids.length - offered.length };
  }
}

function newOfferer(parts: {
  readonly name: string;
  readonly events: SourceParts["events"];
  readonly journal: Journal;
  readonly publisher: Publisher;
  readonly toTask: MailToTask;
}): MailOfferer {
  const { name: source, events } = parts;
  const facts = new ImapFactReporter(events, source);
  const tasks = new TaskPublisher({ ...parts, source, gate: new Gate(), ledger: new RunLedger(), facts });
  return new MailOfferer({ ...parts, tasks, facts });
}
