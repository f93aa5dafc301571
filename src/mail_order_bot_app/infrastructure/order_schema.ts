/** The bot's tables, in the file of the journal: an order and its task's `done` are one transaction. */
export const orderMigrations = {
  owner: "orders",
  steps: [
    `CREATE TABLE decided_mail (
       task_id TEXT PRIMARY KEY,
       sha256 TEXT NOT NULL,
       message_id TEXT,
       customer_id TEXT,
       po_number TEXT,
       fingerprint TEXT NOT NULL,
       decision TEXT NOT NULL CHECK (decision IN ('accept', 'review', 'reject', 'ignore')),
       order_id TEXT,
       why TEXT NOT NULL,
       reasons TEXT NOT NULL,
       mail_from TEXT NOT NULL,
       subject TEXT NOT NULL,
       size_bytes INTEGER NOT NULL,
       received_at INTEGER NOT NULL,
       decided_at INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX decided_mail_sha256 ON decided_mail (sha256);
     CREATE INDEX decided_mail_message_id ON decided_mail (message_id) WHERE message_id IS NOT NULL;
     CREATE INDEX decided_mail_po_number ON decided_mail (customer_id, po_number) WHERE po_number IS NOT NULL;
     CREATE INDEX decided_mail_decided_at ON decided_mail (decided_at);

     CREATE TABLE orders (
       order_id TEXT PRIMARY KEY,
       task_id TEXT NOT NULL UNIQUE REFERENCES decided_mail,
       revision INTEGER NOT NULL,
       customer_id TEXT NOT NULL,
       po_number TEXT,
       message_id TEXT,
       total_cents INTEGER NOT NULL,
       currency TEXT NOT NULL,
       created_at INTEGER NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX orders_po_number ON orders (customer_id, po_number) WHERE po_number IS NOT NULL;
     CREATE UNIQUE INDEX orders_message_id ON orders (customer_id, message_id) WHERE message_id IS NOT NULL;

     CREATE TABLE order_line (
       order_id TEXT NOT NULL REFERENCES orders,
       position INTEGER NOT NULL,
       sku TEXT NOT NULL,
       quantity INTEGER NOT NULL,
       name TEXT,
       unit_price_cents INTEGER,
       asked_price_cents INTEGER,
       state TEXT NOT NULL,
       state_detail TEXT NOT NULL,
       origin TEXT NOT NULL,
       PRIMARY KEY (order_id, position)
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE review (
       task_id TEXT PRIMARY KEY REFERENCES decided_mail,
       state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
       lines TEXT NOT NULL,
       po_number TEXT,
       related_order_id TEXT,
       opened_at INTEGER NOT NULL
     ) STRICT;

     CREATE TABLE audit (
       position INTEGER PRIMARY KEY,
       at INTEGER NOT NULL,
       kind TEXT NOT NULL,
       task_id TEXT NOT NULL,
       mail_sha256 TEXT,
       order_id TEXT,
       detail TEXT NOT NULL,
       parser_version TEXT,
       config_version TEXT,
       trace_id TEXT
     ) STRICT;
     CREATE INDEX audit_task ON audit (task_id);

     CREATE TABLE outbox (
       position INTEGER PRIMARY KEY,
       task_id TEXT NOT NULL UNIQUE REFERENCES decided_mail,
       message_id TEXT NOT NULL,
       address TEXT NOT NULL,
       mail TEXT NOT NULL,
       carrier TEXT NOT NULL,
       state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'given_up')),
       queued_at INTEGER NOT NULL,
       next_try_at INTEGER NOT NULL,
       refusals INTEGER NOT NULL DEFAULT 0,
       interruptions INTEGER NOT NULL DEFAULT 0,
       last_error TEXT,
       ended_at INTEGER
     ) STRICT;
     CREATE INDEX outbox_unsent ON outbox (state, next_try_at, position) WHERE state IN ('waiting', 'sending');
     CREATE INDEX outbox_given_up ON outbox (ended_at) WHERE state = 'given_up';
     CREATE INDEX outbox_address ON outbox (address, queued_at);`,
  ],
} as const;
