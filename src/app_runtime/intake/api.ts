export { type FactFields, type FactKind, FactReporter, type IntakeFacts } from "./fact_reporter.ts";
export { Gate } from "./gate.ts";
export { type HeaderFields, headerFields } from "./header_fields.ts";
export {
  type MailFacts,
  type MailTask,
  type StoredContent,
  storeContent,
  type TooLargeContent,
} from "./mail_content.ts";
export { Patience } from "./patience.ts";
export { ReadAhead } from "./read_ahead.ts";
export { RowSettler } from "./row_settler.ts";
export { RunLedger } from "./run_ledger.ts";
export { stopWithin } from "./stop_within.ts";
export { TaskPublisher } from "./task_publisher.ts";
