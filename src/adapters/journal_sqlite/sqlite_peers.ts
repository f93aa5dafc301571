import type { Clock } from "../../app_runtime/base/clock.ts";
import { type PeerCard, type PeerStore, peerLimits, type ToldCard } from "../../app_runtime/contracts/peers.ts";
import type { SqliteDatabase } from "../sqlite/index.ts";

const tell = `INSERT INTO peer (id, card, told_at) VALUES (?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET card = excluded.card, told_at = excluded.told_at`;
const forget = `DELETE FROM peer WHERE told_at < ?1
  OR id NOT IN (SELECT id FROM peer ORDER BY told_at DESC LIMIT ?2)`;

/** The cards of runtimes that share a data directory, in its database. All of them are on one machine, with one clock. */
export class SqlitePeers implements PeerStore {
  readonly #database: Pick<SqliteDatabase, "read" | "write">;
  readonly #clock: Clock;

  constructor(parts: { readonly database: Pick<SqliteDatabase, "read" | "write">; readonly clock: Clock }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
  }

  /** Not durable: whoever lives after the machine has stopped tells of itself again. */
  async announce(card: PeerCard): Promise<readonly ToldCard[]> {
    const now = this.#clock.wallNow();
    const statements = [
      { sql: tell, params: [card.id, JSON.stringify(card), now] },
      { sql: forget, params: [now - peerLimits.keepMs, peerLimits.peers] },
    ];
    await this.#database.write(statements, { durable: false });
    const rows = await this.#database.read("SELECT card, told_at FROM peer");
    return rows.map((row) => ({
      card: String(row.card),
      agoMs: Math.max(0, now - Number(row.told_at)),
    }));
  }

  async leave(id: string): Promise<void> {
    await this.#database.write([{ sql: "DELETE FROM peer WHERE id = ?", params: [id] }], { durable: false });
  }
}
