import { createHash, randomUUID } from "node:crypto";
import { statSync, unlinkSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type BlobId,
  BlobMissingError,
  type BlobRef,
  BlobTooLargeError,
  type NeededBlobs,
  type SweptBlobStore,
} from "../../app_runtime/contracts/blob_store.ts";
import { BlobFolderError, isMissing } from "./blob_folder_error.ts";
import { Slots } from "./slots.ts";
import { writeDurably } from "./write_durably.ts";

/** Enough to keep a disk busy, few enough not to run out of file handles. */
const writesAtOnce = 16;

/**
 * Blobs as files: `ab/abcdef...` by the hash of their content. Each is written aside, synced and renamed, so that a name
 * always stands for the whole content.
 */
export class FolderBlobStore implements SweptBlobStore {
  readonly #directory: string;
  readonly #unfinished: string;
  readonly #maxBytes: number;
  readonly #unfinishedMs: number;
  readonly #writes = new Slots(writesAtOnce);
  readonly #puts = new Set<{ readonly id: BlobId }>();
  /** Being put when the running sweep began, or since: not to be deleted by it. */
  #putMeanwhile: Set<BlobId> | undefined;

  constructor(parts: {
    readonly directory: string;
    readonly maxBytes: number;
    /** Another process may be writing into the folder: what is unfinished is left alone until it is older than this. */
    readonly unfinishedMs?: number;
  }) {
    this.#directory = parts.directory;
    this.#unfinished = join(parts.directory, "unfinished");
    this.#maxBytes = parts.maxBytes;
    this.#unfinishedMs = parts.unfinishedMs ?? 0;
  }

  /** Makes the folder and removes what a killed process left half-written. Call it while holding the data directory. */
  async open(): Promise<void> {
    await this.#guard(async () => {
      await mkdir(this.#unfinished, { recursive: true, mode: 0o700 });
      const writtenBefore = this.#unfinishedMs === 0 ? Number.POSITIVE_INFINITY : Date.now() - this.#unfinishedMs;
      for (const name of await readdir(this.#unfinished)) {
        const file = join(this.#unfinished, name);
        const facts = await stat(file).catch(undefinedIfMissing);
        if (facts !== undefined && facts.mtimeMs <= writtenBefore) await rm(file, { recursive: true, force: true });
      }
    });
  }

  /** Always writes, so that putting a damaged blob again heals it. */
  async put(bytes: Uint8Array): Promise<BlobRef> {
    if (bytes.length > this.#maxBytes) throw new BlobTooLargeError(bytes.length, this.#maxBytes);
    const id = blobIdOf(bytes);
    const put = { id };
    this.#puts.add(put);
    this.#putMeanwhile?.add(id);
    try {
      const temporary = join(this.#unfinished, randomUUID());
      await this.#writes.run(() => this.#guard(() => writeDurably(this.#pathOf(id), temporary, bytes)));
      return { sha256: id, size: bytes.length };
    } finally {
      this.#puts.delete(put);
    }
  }

  async get(id: BlobId): Promise<Uint8Array> {
    const bytes = await this.#guard(() => readFile(this.#pathOf(id)).catch(undefinedIfMissing));
    if (bytes === undefined) throw new BlobMissingError(id, "its file is not there");
    if (blobIdOf(bytes) !== id) throw new BlobMissingError(id, "its file is damaged");
    return bytes;
  }

  async has(id: BlobId): Promise<boolean> {
    return (await this.#guard(() => stat(this.#pathOf(id)).catch(undefinedIfMissing))) !== undefined;
  }

  async sweep(storedBefore: number, needed: NeededBlobs): Promise<number> {
    const putMeanwhile = new Set(Array.from(this.#puts, (put) => put.id));
    this.#putMeanwhile = putMeanwhile;
    try {
      let deleted = 0;
      for (const shelf of await this.#shelves()) {
        const old = await this.#guard(() => this.#olderThan(storedBefore, shelf));
        const kept = old.length === 0 ? new Set() : await needed(old);
        for (const id of old) {
          if (kept.has(id) || putMeanwhile.has(id)) continue;
          // Another process may have put it again since.
          if ((statSync(this.#pathOf(id), { throwIfNoEntry: false })?.mtimeMs ?? storedBefore) >= storedBefore)
            continue;
          // In the same turn as the look at `putMeanwhile`: a put that begins later finds the file gone and writes it.
          unlinkSync(this.#pathOf(id));
          deleted += 1;
        }
      }
      return deleted;
    } finally {
      this.#putMeanwhile = undefined;
    }
  }

  #pathOf(id: BlobId): string {
    return join(this.#directory, id.slice(0, 2), id);
  }

  async #shelves(): Promise<readonly string[]> {
    const names = await this.#guard(() => readdir(this.#directory));
    return names.filter((name) => name.length === 2);
  }

  async #olderThan(storedBefore: number, shelf: string): Promise<readonly BlobId[]> {
    const old: BlobId[] = [];
    for (const name of await readdir(join(this.#directory, shelf))) {
      const facts = await stat(join(this.#directory, shelf, name));
      if (facts.mtimeMs < storedBefore) old.push(name as BlobId);
    }
    return old;
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw new BlobFolderError(this.#directory, thrown);
    }
  }
}

function blobIdOf(bytes: Uint8Array): BlobId {
  return createHash("sha256").update(bytes).digest("hex") as BlobId;
}

function undefinedIfMissing(thrown: unknown): undefined {
  if (!isMissing(thrown)) throw thrown;
}
