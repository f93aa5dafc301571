export { makePrivateFile } from "./private_file.ts";
export type { SchemaMigrations, SqlResult, SqlRow, SqlStatement, SqlValue } from "./sql_statement.ts";
export { type DatabaseLimits, type DatabaseState, SqliteDatabase, type WriteOptions } from "./sqlite_database.ts";
export { DatabaseUnavailableError, UnexpectedChangesError } from "./sqlite_errors.ts";
export type { OpenProcedures } from "./thread_procedures.ts";
