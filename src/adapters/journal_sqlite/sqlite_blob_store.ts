import { createHash } from "node:crypto";
import type { Clock } from "../../app_runtime/base/clock.ts";
import {
  type BlobId,
  BlobMissingError,
  type BlobRef,
  type NeededBlobs,
  type SweptBlobStore,
} from "../../app_runtime/contracts/blob_store.ts";
import type { SqliteDatabase } from "../sqlite/index.ts";
import { RecentBlobs } from "./recent_blobs.ts";

const store = `INSERT INTO blob (sha256, stored_at, bytes) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET stored_at = excluded.stored_at, bytes = excluded.bytes`;
const oldest =
  "SELECT stored_at, sha256 FROM blob WHERE (stored_at, sha256) > (?, ?) AND stored_at < ? ORDER BY 1, 2 LIMIT ?";
const remove = "DELETE FROM blob WHERE sha256 IN (SELECT value FROM json_each(?)) AND stored_at < ?";
const sweptAtOnce = 500;

/** Room for the mails between a full queue and its source. */
const recentBytes = 4_000_000;

/**
 * Small blobs in the database, the others in another store. Puts made together share one commit, where files would need an
 * fsync each. Figures: docs/decisions/0002_where_small_blobs_live.md.
 */
export class SqliteBlobStore implements SweptBlobStore {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #larger: SweptBlobStore;
  readonly #smallUpTo: number;
  readonly #recent = new RecentBlobs(recentBytes);

  constructor(parts: {
    readonly database: SqliteDatabase;
    readonly clock: Clock;
    /** For blobs of more than `smallUpTo` bytes. */
    readonly larger: SweptBlobStore;
    readonly smallUpTo: number;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#larger = parts.larger;
    this.#smallUpTo = parts.smallUpTo;
  }

  async put(bytes: Uint8Array): Promise<BlobRef> {
    if (bytes.length > this.#smallUpTo) return await this.#larger.put(bytes);
    const id = blobIdOf(bytes);
    await this.#database.write([{ sql: store, params: [id, this.#clock.wallNow(), bytes] }]);
    this.#recent.put(id, bytes);
    return { sha256: id, size: bytes.length };
  }

  async get(id: BlobId): Promise<Uint8Array> {
    const recent = this.#recent.get(id);
    // Whoever put it may have changed its buffer since.
    if (recent !== undefined && blobIdOf(recent) === id) return recent;
    const [row] = await this.#database.read("SELECT bytes FROM blob WHERE sha256 = ?", [id]);
    if (row === undefined) return await this.#larger.get(id);
    const bytes = row.bytes as Uint8Array;
    if (blobIdOf(bytes) !== id) throw new BlobMissingError(id, "its row in the database is damaged");
    return bytes;
  }

  async has(id: BlobId): Promise<boolean> {
    const found = await this.#database.read("SELECT 1 FROM blob WHERE sha256 = ?", [id]);
    return found.length > 0 || (await this.#larger.has(id));
  }

  async sweep(storedBefore: number, needed: NeededBlobs): Promise<number> {
    let deleted = 0;
    let after: readonly [storedAt: number, id: string] = [-1, ""];
    for (;;) {
      const rows = await this.#database.read(oldest, [...after, storedBefore, sweptAtOnce]);
      const last = rows.at(-1);
      if (last === undefined) return deleted + (await this.#larger.sweep(storedBefore, needed));
      after = [Number(last.stored_at), String(last.sha256)];
      deleted += await this.#removeUnneeded(
        rows.map((row) => row.sha256 as BlobId),
        storedBefore,
        needed,
      );
    }
  }

  async #removeUnneeded(ids: readonly BlobId[], storedBefore: number, needed: NeededBlobs): Promise<number> {
    const kept = await needed(ids);
    const unneeded = ids.filter((id) => !kept.has(id));
    for (const id of unneeded) this.#recent.forget(id);
    // The time is asked again inside the statement: a blob put meanwhile stays.
    const [result] = await this.#database.write([{ sql: remove, params: [JSON.stringify(unneeded), storedBefore] }]);
    return result?.changes ?? 0;
  }
}

function blobIdOf(bytes: Uint8Array): BlobId {
  return createHash("sha256").update(bytes).digest("hex") as BlobId;
}
