import type { SchemaMigrations } from "../sqlite/index.ts";

/** The last card of each runtime that shares the data directory. */
export const peerMigrations: SchemaMigrations = {
  owner: "peers",
  steps: [
    `CREATE TABLE peer (
       id TEXT PRIMARY KEY,
       card TEXT NOT NULL,
       told_at INTEGER NOT NULL
     ) STRICT;`,
  ],
};
