import type { Brand } from "../base/brand.ts";
import { RuntimeError } from "../base/runtime_error.ts";

/** Lower-case hex SHA-256 of the content. */
export type BlobId = Brand<string, "BlobId">;

/** What a task carries instead of the bytes. */
export interface BlobRef {
  readonly sha256: BlobId;
  /** Bytes. */
  readonly size: number;
}

/** Bytes too large for a task, kept by their hash: storing the same twice stores it once. */
export interface BlobStore {
  /** Durable when it resolves. @throws {BlobTooLargeError} over the store's limit. */
  put(bytes: Uint8Array): Promise<BlobRef>;
  /** Verifies the hash. @throws {BlobMissingError} when it is not there or its bytes are not what they were. */
  get(id: BlobId): Promise<Uint8Array>;
  has(id: BlobId): Promise<boolean>;
}

/** Which of these somebody still refers to. */
export type NeededBlobs = (ids: readonly BlobId[]) => Promise<ReadonlySet<BlobId>>;

/** A store that can forget what nobody needs any more. */
export interface SweptBlobStore extends BlobStore {
  /**
   * Deletes what was last put before `storedBefore` (milliseconds since 1970 UTC) and is not needed; resolves with how many.
   * A blob put again meanwhile stays.
   */
  sweep(storedBefore: number, needed: NeededBlobs): Promise<number>;
}

export class BlobMissingError extends RuntimeError {
  readonly code = "BLOB_MISSING";

  constructor(id: string, why: string) {
    super(
      `Blob ${id} cannot be read: ${why}. Restore it from a backup of the data directory, or let its source offer it again.`,
    );
  }
}

export class BlobTooLargeError extends RuntimeError {
  readonly code = "BLOB_TOO_LARGE";
  override readonly failureClass = "permanent";

  constructor(size: number, limit: number) {
    super(`A blob of ${size} bytes is over the store's limit of ${limit} bytes.`);
  }
}
