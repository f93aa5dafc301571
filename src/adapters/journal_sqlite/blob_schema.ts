import type { SchemaMigrations } from "../sqlite/index.ts";

/** Small blobs, beside the journal: storing a mail costs a row, not an fsync of its own. */
export const blobMigrations: SchemaMigrations = {
  owner: "blobs",
  steps: [
    `CREATE TABLE blob (
       sha256 TEXT PRIMARY KEY,
       stored_at INTEGER NOT NULL,
       bytes BLOB NOT NULL
     ) STRICT;
     CREATE INDEX blob_stored_at ON blob (stored_at, sha256);`,
  ],
};
