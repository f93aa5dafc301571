import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Taken } from "../queue_protocol.ts";
import { state } from "../queue_tables.ts";
import type { Figures } from "./figures.ts";
import type { Groups } from "./groups.ts";
import type { RateWindow } from "./rate_window.ts";

/** Tasks of full groups that one transaction parks before it lets others have their turn. */
const parkAtOnce = 1_000;

/** Rows that are read together, and characters after which the rest is left to the next transaction. */
const readAtOnce = 64;
const mostCharacters = 4_000_000;

/** Leases what is ready, by priority and place, as far as groups and the rate limit allow. */
export class HandOut {
  readonly #figures: Figures;
  readonly #groups: Groups;
  readonly #rate: RateWindow;
  readonly #leaseMs: number;
  readonly #ready: StatementSync;
  readonly #lease: StatementSync;

  constructor(database: DatabaseSync, parts: { figures: Figures; groups: Groups; rate: RateWindow; leaseMs: number }) {
    this.#figures = parts.figures;
    this.#groups = parts.groups;
    this.#rate = parts.rate;
    this.#leaseMs = parts.leaseMs;
    this.#ready = database.prepare(readyTasks);
    this.#lease = database.prepare(
      `UPDATE task SET state = ${state.leased}, leases = leases + 1, lease_ms = ? WHERE seq = ?`,
    );
  }

  /** `more`: it stopped early. */
  take(atMost: number, now: number): { readonly taken: readonly Taken[]; readonly more: boolean } {
    const taken: Taken[] = [];
    let parked = 0;
    let characters = 0;
    while (taken.length < atMost) {
      const rows = this.#ready.all(Math.min(readAtOnce, atMost - taken.length));
      for (const row of rows) {
        if (this.#rate.waitMs(now) > 0) return { taken, more: false };
        const group = row.task_group as string | null;
        if (group !== null && !this.#groups.enter(Number(row.seq), group)) parked += 1;
        else {
          const next = this.#leaseTo(row, now);
          characters += next.body.length;
          taken.push(next);
        }
      }
      if (rows.length === 0) return { taken, more: false };
      if (parked >= parkAtOnce || characters >= mostCharacters) return { taken, more: true };
    }
    return { taken, more: false };
  }

  #leaseTo(row: Record<string, unknown>, now: number): Taken {
    const seq = Number(row.seq);
    this.#lease.run(this.#leaseMs, seq);
    this.#rate.handedOut(now);
    this.#figures.waiting -= 1;
    this.#figures.leased += 1;
    return {
      seq,
      leases: Number(row.leases) + 1,
      renewals: Number(row.renewals),
      id: row.id as string,
      orderKey: row.order_key as string | null,
      group: row.task_group as string | null,
      attempt: Number(row.attempt),
      crashes: Number(row.crashes),
      body: row.body as string,
    };
  }
}

const readyTasks = `SELECT seq, leases, renewals, attempt, crashes, id, order_key, task_group, body
  FROM task INDEXED BY task_ready WHERE state = ${state.ready} ORDER BY priority DESC, place LIMIT ?`;
