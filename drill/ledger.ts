import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

export interface OrderRow {
  readonly taskId: string;
  readonly customerId: string;
  readonly poNumber: string;
}

export interface JournalEntry {
  readonly taskId: string;
  readonly state: "offered" | "done" | "dead";
  readonly handOuts: number;
  readonly settled: boolean;
  readonly reason: string | null;
}

export interface DecidedRow {
  readonly taskId: string;
  readonly decision: string;
  readonly why: string;
}

/** What the bot has written down, read from outside and without a word of the bot's code. */
export interface Ledger {
  readonly journal: readonly JournalEntry[];
  readonly decided: readonly DecidedRow[];
  readonly orders: readonly OrderRow[];
  /** Message-IDs of the confirmations that count as sent, without angle brackets. */
  readonly sent: ReadonlySet<string>;
  /** Confirmations that wait, are being sent, or were given up. */
  readonly unsent: number;
}

const empty: Ledger = { journal: [], decided: [], orders: [], sent: new Set(), unsent: 0 };

/** Reads it as it is at this moment, even while the bot writes. */
export function readLedger(databaseFile: string): Ledger {
  if (!existsSync(databaseFile)) return empty;
  const database = new DatabaseSync(databaseFile, { readOnly: true, timeout: 5000 });
  try {
    const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").get() !== undefined;
    return isThere ? allOf(database) : empty;
  } finally {
    database.close();
  }
}

function allOf(database: DatabaseSync): Ledger {
  const rows = (sql: string) => database.prepare(sql).all() as unknown;
  return {
    journal: (
      rows(
        "SELECT task_id AS taskId, state, hand_outs AS handOuts, settled_at IS NOT NULL AS settled, reason FROM journal ORDER BY position",
      ) as (Omit<JournalEntry, "settled"> & { settled: number })[]
    ).map((row) => ({ ...row, settled: row.settled === 1 })),
    decided: rows("SELECT task_id AS taskId, decision, why FROM decided_mail") as readonly DecidedRow[],
    orders: rows(
      "SELECT task_id AS taskId, customer_id AS customerId, po_number AS poNumber FROM orders",
    ) as readonly OrderRow[],
    sent: new Set(
      (rows("SELECT trim(message_id, '<>') AS id FROM outbox WHERE state = 'sent'") as { id: string }[]).map(
        ({ id }) => id,
      ),
    ),
    unsent: (rows("SELECT count(*) AS unsent FROM outbox WHERE state <> 'sent'") as [{ unsent: number }])[0].unsent,
  };
}
