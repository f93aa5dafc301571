import { type BlobId, type BlobRef, type BlobStore, BlobTooLargeError } from "../contracts/blob_store.ts";
import type { TaskDraft } from "../contracts/task.ts";
import type { HeaderFields } from "./header_fields.ts";

/** What is known of a mail, wherever it came from. */
export interface MailFacts extends HeaderFields {
  /** Bytes. */
  readonly size: number;
  /** When it arrived, in milliseconds since 1970 UTC. */
  readonly internalDate: number;
}

/** The raw bytes are in the blob store. */
export interface StoredContent {
  readonly tooLarge: false;
  readonly blob: BlobRef;
  readonly sha256: BlobId;
}

/** Over the limit: nobody has read it. */
export interface TooLargeContent {
  readonly tooLarge: true;
  readonly blob?: undefined;
  readonly sha256?: undefined;
}

/** What a mail becomes as a task; its id is the source's affair. */
export type MailTask = Omit<TaskDraft, "id">;

/** Puts raw bytes into the blob store; what the store finds too large, or nobody read, is a mail without content. */
export async function storeContent(
  blobs: BlobStore,
  raw: Uint8Array | undefined,
): Promise<StoredContent | TooLargeContent> {
  if (raw === undefined) return { tooLarge: true };
  try {
    const blob = await blobs.put(raw);
    return { tooLarge: false, blob, sha256: blob.sha256 };
  } catch (error) {
    if (error instanceof BlobTooLargeError) return { tooLarge: true };
    throw error;
  }
}
