import type { MailFacts, MailTask, StoredContent, TooLargeContent } from "../../app_runtime/intake/api.ts";

interface FilePlace {
  /** Its name in `new`. */
  readonly file: string;
}

/** A mail whose raw bytes are in the blob store. `internalDate` is when the file was written. */
export interface StoredFile extends MailFacts, FilePlace, StoredContent {}

/** A mail over `maxMailSize`: only its header was read. */
export interface TooLargeFile extends MailFacts, FilePlace, TooLargeContent {}

export type ReceivedFile = StoredFile | TooLargeFile;

/** Given by the application. It must answer for any mail; one it throws on is moved to `failed`. */
export type FileToTask = (mail: ReceivedFile) => MailTask;
