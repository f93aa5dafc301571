import type { BlobStore } from "../../app_runtime/contracts/blob_store.ts";
import { storeContent } from "../../app_runtime/intake/api.ts";
import type { ReadBatch } from "./mail_reader.ts";
import type { Generation } from "./open_mailbox.ts";
import type { ReadMail } from "./read_mails.ts";
import type { ReceivedMail } from "./received_mail.ts";

/** Mails whose bytes are safe, and no longer in memory. */
export interface StoredBatch {
  readonly generation: Generation;
  readonly mails: readonly ReceivedMail[];
}

/** Puts the raw mails into the blob store; one that the store finds too large becomes a mail without content. */
export async function storeMails(blobs: BlobStore, { generation, mails }: ReadBatch): Promise<StoredBatch> {
  return { generation, mails: await Promise.all(mails.map((mail) => storeMail(blobs, generation, mail))) };
}

async function storeMail(blobs: BlobStore, { key }: Generation, mail: ReadMail): Promise<ReceivedMail> {
  const { uid, size, internalDate } = mail;
  return { ...key, uid, size, internalDate, ...mail.headers, ...(await storeContent(blobs, mail.raw)) };
}
