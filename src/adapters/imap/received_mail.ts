import type { BlobId, BlobRef } from "../../app_runtime/contracts/blob_store.ts";
import type { TaskDraft } from "../../app_runtime/contracts/task.ts";

/** What is known of every mail. */
interface MailFacts {
  readonly account: string;
  readonly folder: string;
  /** The generation of the folder's UIDs (RFC 9051 §2.3.1.1), as the server writes it. */
  readonly uidValidity: string;
  readonly uid: number;
  /** The Message-ID header without its angle brackets. */
  readonly messageId?: string;
  /** The address in the From header, lower case. Anyone can write anything there. */
  readonly from?: string;
  /** Bytes, as the server counts them. */
  readonly size: number;
  /** When the server got it (INTERNALDATE), in milliseconds since 1970 UTC. */
  readonly internalDate: number;
}

/** A mail whose raw bytes are in the blob store. */
export interface StoredMail extends MailFacts {
  readonly tooLarge: false;
  readonly blob: BlobRef;
  readonly sha256: BlobId;
}

/** A mail over `maxMailSize`: it was never fetched. */
export interface TooLargeMail extends MailFacts {
  readonly tooLarge: true;
  readonly blob?: undefined;
  readonly sha256?: undefined;
}

export type ReceivedMail = StoredMail | TooLargeMail;

/** What a mail becomes as a task; its id is the source's affair. */
export type MailTask = Omit<TaskDraft, "id">;

/** Given by the application. It must answer for any mail; one it throws on is marked as failed and left alone. */
export type MailToTask = (mail: ReceivedMail) => MailTask;
