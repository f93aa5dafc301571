import { DatabaseSync } from "node:sqlite";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { CommitGroup } from "./commit_group.ts";
import { migrate } from "./migrate.ts";
import type { SqlRow } from "./sql_statement.ts";
import { failureOf } from "./sqlite_failure.ts";
import { StatementCache } from "./statement_cache.ts";
import type { OpenProcedures, ThreadProcedures } from "./thread_procedures.ts";
import type {
  Answer,
  FirstWord,
  ThreadAnswer,
  ThreadData,
  ThreadSettings,
  ToThread,
  WireRead,
} from "./thread_protocol.ts";

/**
 * The log is brought into the database file after 16 MB, SQLite would after 4: orders touch the same pages again and again,
 * and a page written several times in between is moved once. Commits of 8 orders take 15 % less time.
 */
const checkpointPages = 4_000;

/**
 * The thread in which the database lives: node:sqlite is synchronous, and an fsync on the main thread would stop mail and
 * leases. It answers each message in order and knows nothing of what the tables mean.
 */
async function serve(port: MessagePort, { settings, answers }: ThreadData): Promise<void> {
  let database: DatabaseSync;
  let procedures: ThreadProcedures;
  try {
    const open = await procedureOpener(settings);
    database = openDatabase(settings);
    procedures = open(database);
  } catch (thrown) {
    tell(port, { kind: "open_failed", failure: failureOf(thrown) });
    port.close();
    answers.close();
    return;
  }
  const statements = new StatementCache(database);
  const group = new CommitGroup(database, statements, procedures);
  port.on("message", (message: ToThread) => {
    if (message.kind === "close") {
      database.close();
      port.close();
      answers.close();
      return;
    }
    // Reads come first, outside the transaction: they never see what a neighbour has not committed.
    const { reads, writes } = message;
    if (reads.length > 0) answer(answers, { kind: "read", answers: reads.map((read) => answerRead(statements, read)) });
    if (writes.length > 0) answer(answers, { kind: "written", answers: group.run(writes) });
  });
  tell(port, { kind: "opened" });
}

/** Loaded before the file is opened: nothing is to be closed when it cannot be. */
async function procedureOpener({ procedures }: ThreadSettings): Promise<(database: DatabaseSync) => ThreadProcedures> {
  if (procedures === undefined) return () => ({});
  const { openProcedures } = (await import(procedures.href)) as { readonly openProcedures: OpenProcedures };
  return (database) => openProcedures(database, procedures.settings);
}

function openDatabase(settings: ThreadSettings): DatabaseSync {
  const database = new DatabaseSync(settings.path, {
    timeout: settings.busyTimeoutMs,
    enableForeignKeyConstraints: true,
  });
  try {
    database.exec("PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=67108864");
    database.exec(`PRAGMA wal_autocheckpoint=${checkpointPages}`);
    if (settings.maxPages > 0) database.exec(`PRAGMA max_page_count=${settings.maxPages}`);
    migrate(database, settings.migrations);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function answerRead(statements: StatementCache, read: WireRead): Answer<readonly SqlRow[]> {
  try {
    return { value: statements.run(read.sql, read.params).rows };
  } catch (thrown) {
    return { failure: failureOf(thrown) };
  }
}

function tell(port: MessagePort, word: FirstWord): void {
  port.postMessage(word);
}

function answer(port: MessagePort, given: ThreadAnswer): void {
  port.postMessage(given);
}

if (parentPort !== null) await serve(parentPort, workerData as ThreadData);
