import { describe, expect, test } from "vitest";
import type { Clock } from "../../../src/app_runtime/base/clock.ts";
import type { LeaseClaim, LeaseRow, LeaseStore } from "../../../src/app_runtime/contracts/lease.ts";
import { leasePromises } from "../../../src/app_runtime/testing/lease_promises.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

const durationMs = 15_000;

/** Leases in memory; each of its methods may be made to break a promise. */
class MemoryLeases implements LeaseStore {
  readonly durationMs = durationMs;
  readonly fencesWrites = true;
  readonly rows = new Map<string, LeaseRow>();
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async look(name: string): Promise<LeaseRow | undefined> {
    return this.rows.get(name);
  }

  async take(name: string, seen: LeaseRow | undefined): Promise<LeaseClaim | undefined> {
    return this.isAsSeen(name, seen) ? this.put(name, (seen?.token ?? 0) + 1) : undefined;
  }

  async renew({ name, token }: LeaseClaim): Promise<boolean> {
    const row = this.rows.get(name);
    if (row?.token !== token || row.holder === undefined) return false;
    this.rows.set(name, { ...row, renewals: row.renewals + 1, expiresAt: this.clock.wallNow() + durationMs });
    return true;
  }

  async release({ name, token }: LeaseClaim): Promise<void> {
    const row = this.rows.get(name);
    if (row?.token === token) this.rows.set(name, { ...row, holder: undefined });
  }

  fence(): void {}

  isAsSeen(name: string, seen: LeaseRow | undefined): boolean {
    const row = this.rows.get(name);
    return row?.token === seen?.token && row?.renewals === seen?.renewals && row?.holder === seen?.holder;
  }

  put(name: string, token: number): LeaseClaim {
    const takenAt = this.clock.wallNow();
    const holder = { pid: process.pid, host: "here" };
    this.rows.set(name, { name, token, renewals: 0, holder, takenAt, expiresAt: takenAt + durationMs, durationMs });
    return { name, token };
  }
}

async function broken(Leases: typeof MemoryLeases): Promise<readonly string[]> {
  const names: string[] = [];
  for (const promise of leasePromises) {
    const clock = new ManualClock();
    const store = new Leases(clock);
    try {
      await promise.run(async () => ({ a: store, b: store, clock, close: async () => undefined }));
    } catch {
      names.push(promise.name);
    }
  }
  return names;
}

test("a store that keeps its promises passes", async () => {
  expect(await broken(MemoryLeases)).toEqual([]);
});

describe("a store is caught that", () => {
  test.each<[string, typeof MemoryLeases]>([
    [
      "gives a lease to whoever asks",
      class extends MemoryLeases {
        override isAsSeen(): boolean {
          return true;
        }
      },
    ],
    [
      "begins its tokens anew after a release",
      class extends MemoryLeases {
        override async release(claim: LeaseClaim): Promise<void> {
          if (this.rows.get(claim.name)?.token === claim.token) this.rows.delete(claim.name);
        }
      },
    ],
    [
      "lets one renew who was overtaken",
      class extends MemoryLeases {
        override async renew(): Promise<boolean> {
          return true;
        }
      },
    ],
    [
      "lets one release who was overtaken",
      class extends MemoryLeases {
        override async release({ name }: LeaseClaim): Promise<void> {
          const row = this.rows.get(name);
          if (row !== undefined) this.rows.set(name, { ...row, holder: undefined });
        }
      },
    ],
    [
      "forgets to move the end when a lease is renewed",
      class extends MemoryLeases {
        override async renew(claim: LeaseClaim): Promise<boolean> {
          const before = this.rows.get(claim.name);
          const renewed = await super.renew(claim);
          const row = this.rows.get(claim.name);
          if (row && before) this.rows.set(claim.name, { ...row, expiresAt: before.expiresAt });
          return renewed;
        }
      },
    ],
    [
      "has one lease for all names",
      class extends MemoryLeases {
        override put(_name: string, token: number): LeaseClaim {
          return super.put("all", token);
        }
        override async look(): Promise<LeaseRow | undefined> {
          return this.rows.get("all");
        }
      },
    ],
  ])("%s", async (_what, Leases) => {
    expect(await broken(Leases)).not.toEqual([]);
  });
});
