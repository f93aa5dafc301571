import { type BlobStore, BlobTooLargeError } from "../../app_runtime/contracts/blob_store.ts";
import type { ReadBatch, ReadMail } from "./mail_reader.ts";
import type { Generation } from "./open_mailbox.ts";
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
  const facts = { ...key, uid, size, internalDate, ...mail.headers };
  if (mail.raw === undefined) return { ...facts, tooLarge: true };
  try {
    const blob = await blobs.put(mail.raw);
    return { ...facts, tooLarge: false, blob, sha256: blob.sha256 };
  } catch (error) {
    if (error instanceof BlobTooLargeError) return { ...facts, tooLarge: true };
    throw error;
  }
}
