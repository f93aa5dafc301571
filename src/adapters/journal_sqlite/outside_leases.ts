import type { LeaseClaim, SourceFences } from "../../app_runtime/contracts/lease.ts";
import type { SqliteDatabase } from "../sqlite/index.ts";
import type { Fences } from "./fences.ts";

const findLast = "SELECT value FROM journal_checkpoint WHERE source = ?";
const forgetOffered = `DELETE FROM journal WHERE source = ?1 AND state = 'offered'
  AND NOT EXISTS (SELECT 1 FROM journal_checkpoint WHERE source = ?2 AND value = ?3)`;
const noteLast = "INSERT OR REPLACE INTO journal_checkpoint (source, value) VALUES (?, ?)";

/** For sources whose leases do not lie in this database: it remembers under which token it accounted for each of them last. */
export class OutsideLeases implements SourceFences {
  readonly #fences: Fences;
  readonly #database: Pick<SqliteDatabase, "read" | "write">;

  constructor(parts: { readonly fences: Fences; readonly database: Pick<SqliteDatabase, "read" | "write"> }) {
    this.#fences = parts.fences;
    this.#database = parts.database;
  }

  allow(source: string, isAllowed: () => boolean): void {
    this.#fences.allow(source, isAllowed);
  }

  async wasElsewhere(source: string, { after = 0 }: LeaseClaim): Promise<boolean> {
    const [last] = await this.#database.read(findLast, [keyOf(source)]);
    return last?.value !== String(after);
  }

  async begins(source: string, { token, after = 0 }: LeaseClaim): Promise<void> {
    await this.#database.write([
      { sql: forgetOffered, params: [source, keyOf(source), String(after)] },
      { sql: noteLast, params: [keyOf(source), String(token)] },
    ]);
  }
}

/** No source of the configuration has a colon in its name. */
function keyOf(source: string): string {
  return `lease:${source}`;
}
