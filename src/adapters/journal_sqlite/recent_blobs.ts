import type { BlobId } from "../../app_runtime/contracts/blob_store.ts";

/** The blobs that were put last, up to so many bytes: nearly every mail is wanted back a moment after it was stored. */
export class RecentBlobs {
  readonly #maxBytes: number;
  readonly #blobs = new Map<BlobId, Uint8Array>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(id: BlobId): Uint8Array | undefined {
    return this.#blobs.get(id);
  }

  put(id: BlobId, bytes: Uint8Array): void {
    this.forget(id);
    this.#blobs.set(id, bytes);
    this.#bytes += bytes.byteLength;
    for (const oldest of this.#blobs.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.forget(oldest);
    }
  }

  forget(id: BlobId): void {
    this.#bytes -= this.#blobs.get(id)?.byteLength ?? 0;
    this.#blobs.delete(id);
  }
}
