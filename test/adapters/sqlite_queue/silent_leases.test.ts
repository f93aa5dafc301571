import { expect, test } from "vitest";
import { SilentLeases } from "../../../src/adapters/sqlite_queue/silent_leases.ts";

const lease = { seq: 1, leases: 3, renewals: 2, leaseMs: 1_000 };

test("a lease ends when it was seen unchanged for as long as it lasts, and is told once", () => {
  const silent = new SilentLeases();
  silent.see([lease], 100);
  silent.see([lease], 900);
  expect(silent.nextEnd).toBe(1_100);
  expect(silent.takeEnded(1_099)).toEqual([]);
  expect(silent.takeEnded(1_100)).toEqual([{ seq: 1, leases: 3, renewals: 2 }]);
  expect([silent.takeEnded(9_000), silent.nextEnd]).toEqual([[], undefined]);
});

test("a renewal, another hand-out and its end each begin anew", () => {
  const silent = new SilentLeases();
  silent.see([lease], 0);
  silent.see([{ ...lease, renewals: 3 }], 600);
  expect(silent.nextEnd).toBe(1_600);
  silent.see([{ ...lease, leases: 4, renewals: 3 }], 1_200);
  expect(silent.nextEnd).toBe(2_200);
  silent.see([], 1_300);
  expect(silent.nextEnd).toBeUndefined();
});
