import { createHash } from "node:crypto";
import {
  type BlobId,
  BlobMissingError,
  type BlobRef,
  type BlobStore,
} from "../../src/app_runtime/contracts/blob_store.ts";

/** Blobs in memory, with a switch for a full disk. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<string, Uint8Array>();
  failure: Error | undefined;

  get size(): number {
    return this.#blobs.size;
  }

  async put(bytes: Uint8Array): Promise<BlobRef> {
    if (this.failure !== undefined) throw this.failure;
    const sha256 = createHash("sha256").update(bytes).digest("hex") as BlobId;
    this.#blobs.set(sha256, bytes);
    return { sha256, size: bytes.length };
  }

  async get(id: BlobId): Promise<Uint8Array> {
    const bytes = this.#blobs.get(id);
    if (bytes === undefined) throw new BlobMissingError(id, "nobody put it");
    return bytes;
  }

  async has(id: BlobId): Promise<boolean> {
    return this.#blobs.has(id);
  }
}
