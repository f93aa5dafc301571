export type { SchemaMigrations, SqliteDatabase, SqlResult, SqlRow, SqlStatement, SqlValue } from "../sqlite/index.ts";
export { copyDatabase } from "./copy_database.ts";
export { DataDirectoryHeldError, type DirectoryHolder } from "./data_directory_hold.ts";
export { JournalStore } from "./journal_store.ts";
export type { JournaledTransactions } from "./journaled_transactions.ts";
export { SqliteBlobStore } from "./sqlite_blob_store.ts";
export type { SqliteJournal } from "./sqlite_journal.ts";
export type { SqliteLeases } from "./sqlite_leases.ts";
