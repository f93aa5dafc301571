import { statSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { Component } from "../../app_runtime/contracts/component.ts";
import type { HealthContributor, HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";
import type { SourceFences } from "../../app_runtime/contracts/lease.ts";
import type { EventChannel, FactLevel } from "../../app_runtime/contracts/runtime_event.ts";
import type { SchemaMigrations } from "../sqlite/index.ts";
import { type DatabaseLimits, type DatabaseState, makePrivateFile, SqliteDatabase } from "../sqlite/index.ts";
import { blobMigrations } from "./blob_schema.ts";
import { DataDirectoryHold } from "./data_directory_hold.ts";
import { Fences } from "./fences.ts";
import { journalMigrations } from "./journal_schema.ts";
import { JournaledTransactions } from "./journaled_transactions.ts";
import { leaseMigrations } from "./lease_schema.ts";
import { OutsideLeases } from "./outside_leases.ts";
import { peerMigrations } from "./peer_schema.ts";
import { SqliteJournal } from "./sqlite_journal.ts";
import { SqliteLeases } from "./sqlite_leases.ts";
import { SqlitePeers } from "./sqlite_peers.ts";

const dayMs = 86_400_000;
/** What another process did to a task is seen within this time. */
const lookForOthersEveryMs = 300;

/**
 * The data directory as a component: holds it, alone or shared with others, opens `journal.sqlite` in it with the journal's, the
 * small blobs' and the application's tables, and once a day forgets what was settled long ago. What it offers may be handed out before it is
 * loaded; calls then fail with DatabaseUnavailableError.
 */
export class JournalStore implements Component {
  readonly name = "journal";
  readonly needs: readonly string[] = [];
  readonly database: SqliteDatabase;
  readonly journal: SqliteJournal;
  /** For the application's own tables. */
  readonly transactions: JournaledTransactions;
  readonly health: HealthContributor;
  /** Undefined when this process holds the directory alone. */
  readonly leases: SqliteLeases | undefined;
  /** Likewise. */
  readonly peers: SqlitePeers | undefined;
  /** For leases that lie elsewhere. */
  readonly fences: SourceFences;
  readonly #dataDir: string;
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #keepSettledMs: number;
  #hold: DataDirectoryHold | undefined;
  #nextCleaning: Disposable | undefined;
  #nextLook: Disposable | undefined;
  #lost = false;
  #stopped = false;
  /** The file that was opened, whatever stands under its name later. */
  #inode: number | undefined;

  constructor(parts: {
    readonly dataDir: string;
    /** The application's tables, which share the file so that they can share transactions. */
    readonly migrations: readonly SchemaMigrations[];
    readonly clock: Clock;
    readonly events: EventChannel;
    /** How long a finished task is remembered after its source was told; a source event offered again later is new. */
    readonly keepSettledMs: number;
    readonly limits?: Partial<DatabaseLimits>;
    /** Several processes share the directory, and agree by leases of this duration who works what. */
    readonly shared?: { readonly leaseMs: number };
  }) {
    const { clock, shared } = parts;
    this.#dataDir = parts.dataDir;
    this.#clock = clock;
    this.#events = parts.events;
    this.#keepSettledMs = parts.keepSettledMs;
    this.database = new SqliteDatabase({
      path: join(parts.dataDir, "journal.sqlite"),
      migrations: [journalMigrations, blobMigrations, leaseMigrations, peerMigrations, ...parts.migrations],
      clock,
      ...(parts.limits !== undefined && { limits: parts.limits }),
      onStateChange: (state) => this.#report(state),
    });
    const fences = new Fences();
    this.fences = new OutsideLeases({ fences, database: this.database });
    this.journal = new SqliteJournal({ database: this.database, clock, fences });
    this.leases = shared && new SqliteLeases({ database: this.database, fences, clock, durationMs: shared.leaseMs });
    this.peers = shared && new SqlitePeers({ database: this.database, clock });
    this.transactions = new JournaledTransactions({ database: this.database, journal: this.journal });
    this.health = { name: "journal", required: true, check: () => this.#finding() };
  }

  /** @throws {DataDirectoryHeldError} when another process works there and does not share, or an error of sqlite_errors.ts. */
  async load(): Promise<void> {
    this.#hold ??= DataDirectoryHold.take(
      this.#dataDir,
      this.#clock,
      this.leases === undefined ? "exclusive" : "shared",
    );
    makePrivateFile(this.database.path);
    await this.database.open();
    this.#inode = inodeOf(this.database.path);
  }

  async start(): Promise<void> {
    this.#scheduleCleaning();
    if (this.leases !== undefined) this.#scheduleLook();
  }

  async stop(): Promise<void> {
    this.#nextCleaning?.[Symbol.dispose]();
    this.#nextLook?.[Symbol.dispose]();
    this.#stopped = true;
    await this.database.close();
    this.#hold?.release();
    this.#hold = undefined;
  }

  /** SQLite goes on writing into a file that was deleted or moved under it, and never says so. */
  #finding(): HealthFinding {
    const { state, path } = this.database;
    if (state.kind !== "open" || inodeOf(path) === this.#inode) return findingOf(this.database);
    const cure = "Stop it, put the data directory back and start again.";
    return { state: "fail", output: `${path} was deleted or replaced while in use: what it does now is lost. ${cure}` };
  }

  #scheduleLook(): void {
    this.#nextLook = this.#clock.after(lookForOthersEveryMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    await this.journal.lookForOthers().catch(() => undefined); // a database that fails says so by itself
    if (!this.#stopped) this.#scheduleLook();
  }

  #scheduleCleaning(): void {
    this.#nextCleaning = this.#clock.after(dayMs, () => {
      this.#scheduleCleaning();
      void this.#clean();
    });
  }

  async #clean(): Promise<void> {
    try {
      const forgotten = await this.journal.forgetSettledBefore(this.#clock.wallNow() - this.#keepSettledMs);
      this.#fact("debug", "journal_cleaned", `Forgot ${forgotten} tasks that were settled long ago.`, { forgotten });
    } catch (thrown) {
      this.#fact("warn", "journal_not_cleaned", `Old tasks were not forgotten today: ${messageOf(thrown)}`, {});
    }
  }

  #report(state: DatabaseState): void {
    if (state.kind === "reopening") {
      this.#lost = true;
      this.#fact("error", "database_lost", `The database is being opened again: ${state.why}`, {});
    } else if (state.kind === "open" && this.#lost) {
      this.#lost = false;
      this.#fact("info", "database_back", "The database answers again.", {});
    }
  }

  #fact(level: FactLevel, code: string, message: string, fields: Readonly<Record<string, number>>): void {
    this.#events.emit({ unit: "component:journal", kind: "unit.fact", code, level, message, fields });
  }
}

function findingOf(database: SqliteDatabase): HealthFinding {
  const { state, path } = database;
  switch (state.kind) {
    case "open":
      return { state: "pass" };
    case "reopening":
      return { state: "fail", output: `The database ${path} is being opened again: ${state.why}` };
    case "closed":
      return { state: "fail", output: `The database ${path} is closed.` };
  }
}

/** Undefined when there is no such file. */
function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
