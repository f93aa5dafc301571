export { SqliteQueue } from "./sqlite_queue.ts";
export { QueueFileTakenError } from "./sqlite_queue_errors.ts";
export { sqliteQueueKind } from "./sqlite_queue_kind.ts";
