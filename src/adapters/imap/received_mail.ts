import type { MailFacts, MailTask, StoredContent, TooLargeContent } from "../../app_runtime/intake/api.ts";

/** Where a mail stands in its mailbox. */
interface MailPlace {
  readonly account: string;
  readonly folder: string;
  /** The generation of the folder's UIDs (RFC 9051 §2.3.1.1), as the server writes it. */
  readonly uidValidity: string;
  readonly uid: number;
}

/** A mail whose raw bytes are in the blob store. Its `size` and `internalDate` are the server's words. */
export interface StoredMail extends MailFacts, MailPlace, StoredContent {}

/** A mail over `maxMailSize`: it was never fetched. */
export interface TooLargeMail extends MailFacts, MailPlace, TooLargeContent {}

export type ReceivedMail = StoredMail | TooLargeMail;

/** Given by the application. It must answer for any mail; one it throws on is marked as failed and left alone. */
export type MailToTask = (mail: ReceivedMail) => MailTask;
