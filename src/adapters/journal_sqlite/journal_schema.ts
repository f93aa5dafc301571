import type { SchemaMigrations } from "../sqlite/index.ts";

/**
 * The journal's tables. `position` is the order of offering. The indexes are partial: nearly every row ends done and
 * settled, and then only its id and its fingerprint are ever looked up.
 */
export const journalMigrations: SchemaMigrations = {
  owner: "journal",
  steps: [
    `CREATE TABLE journal (
       position INTEGER PRIMARY KEY,
       task_id TEXT NOT NULL UNIQUE,
       source TEXT NOT NULL,
       queue TEXT NOT NULL,
       fingerprint TEXT,
       state TEXT NOT NULL DEFAULT 'offered' CHECK (state IN ('offered', 'done', 'dead')),
       hand_outs INTEGER NOT NULL DEFAULT 0,
       offered_at INTEGER NOT NULL,
       ended_at INTEGER,
       settled_at INTEGER,
       reason TEXT,
       detail TEXT,
       attempts INTEGER,
       discarded INTEGER NOT NULL DEFAULT 0,
       task TEXT NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX journal_fingerprint ON journal (source, fingerprint) WHERE fingerprint IS NOT NULL;
     CREATE INDEX journal_offered ON journal (source, position) WHERE state = 'offered';
     CREATE INDEX journal_dead ON journal (source, position) WHERE state = 'dead' AND discarded = 0;
     CREATE INDEX journal_unsettled ON journal (source, position) WHERE state <> 'offered' AND settled_at IS NULL;
     CREATE INDEX journal_settled ON journal (settled_at) WHERE state = 'done' AND settled_at IS NOT NULL;
     CREATE TABLE journal_checkpoint (source TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
    "CREATE INDEX journal_dead_in_queue ON journal (queue) WHERE state = 'dead' AND discarded = 0",
  ],
};
