import type { SchemaMigrations } from "../sqlite/index.ts";

/** One row for each lease that was ever held; rows are never deleted, so that tokens only grow. */
export const leaseMigrations: SchemaMigrations = {
  owner: "leases",
  steps: [
    `CREATE TABLE lease (
       name TEXT PRIMARY KEY,
       token INTEGER NOT NULL,
       renewals INTEGER NOT NULL,
       holder TEXT,
       taken_at INTEGER NOT NULL,
       expires_at INTEGER NOT NULL,
       duration_ms INTEGER NOT NULL
     ) STRICT;`,
  ],
};
