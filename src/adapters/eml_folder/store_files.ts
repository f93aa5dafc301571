import type { BlobStore } from "../../app_runtime/contracts/blob_store.ts";
import { storeContent } from "../../app_runtime/intake/api.ts";
import { type ContentName, contentName } from "./file_identity.ts";
import type { ReadFile } from "./file_reader.ts";
import type { FoundFile } from "./file_stamp.ts";
import type { ReceivedFile } from "./received_file.ts";

/** A mail whose bytes are safe, and no longer in memory. */
export interface StoredMail {
  readonly file: FoundFile;
  readonly content: ContentName;
  readonly mail: ReceivedFile;
}

const nanosecondsPerMs = 1_000_000n;

/** Puts the raw mails into the blob store. */
export function storeFiles(blobs: BlobStore, files: readonly ReadFile[]): Promise<readonly StoredMail[]> {
  return Promise.all(files.map((file) => storeFile(blobs, file)));
}

async function storeFile(blobs: BlobStore, read: ReadFile): Promise<StoredMail> {
  const { name, stamp, headers, raw, largeName } = read;
  const stored = await storeContent(blobs, raw);
  const content = stored.tooLarge ? largeName() : contentName(stored.sha256);
  const internalDate = Number(stamp.writtenAt / nanosecondsPerMs);
  const mail = { file: name, size: stamp.size, internalDate, ...headers, ...stored };
  return { file: { name, stamp }, content, mail };
}
