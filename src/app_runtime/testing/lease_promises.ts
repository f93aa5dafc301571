import assert from "node:assert/strict";
import type { LeaseClaim, LeaseRow, LeaseStore } from "../contracts/lease.ts";
import type { SuiteClock } from "./task_queue/queue_under_test.ts";

export interface LeasesUnderTest {
  /** Of two runtimes that share their leases; nobody has held one yet. */
  readonly a: LeaseStore;
  readonly b: LeaseStore;
  readonly clock: SuiteClock;
  /** Called when the case is over, also when it failed. */
  close(): Promise<void>;
}

export type OpenLeases = () => Promise<LeasesUnderTest>;

/** One thing every LeaseStore promises, as a plain case for any test runner: `test(promise.name, () => promise.run(open))`. */
export interface LeasePromise {
  readonly name: string;
  /** @throws {AssertionError} when the promise is broken. */
  run(open: OpenLeases): Promise<void>;
}

const mailbox = "imap:orders@example.com:INBOX";
/** Two machines never read their clocks at the same moment. */
const closeEnoughMs = 250;

export const leasePromises: readonly LeasePromise[] = [
  promise("a lease that nobody has ever held has no row", async ({ a }) => {
    assert.equal(await a.look(mailbox), undefined);
  }),
  promise("of two who take a lease at the same moment, one gets it", async ({ a, b }) => {
    const first = await Promise.all([a.take(mailbox, undefined), b.take(mailbox, undefined)]);
    assert.equal(first.filter(isThere).length, 1);
    const seen = await a.look(mailbox);
    const again = await Promise.all([a.take(mailbox, seen), b.take(mailbox, seen)]);
    assert.equal(again.filter(isThere).length, 1);
  }),
  promise("a lease that was renewed after somebody looked is not taken", async ({ a, b }) => {
    const claim = await taken(a);
    const seen = await b.look(mailbox);
    assert.equal(await a.renew(claim), true);
    assert.equal(await b.take(mailbox, seen), undefined);
  }),
  promise("a lease that was released and taken again after somebody looked is not taken", async ({ a, b }) => {
    const claim = await taken(a);
    const seen = await b.look(mailbox);
    await a.release(claim);
    assert.equal(await b.take(mailbox, seen), undefined);
    await taken(a);
    assert.equal(await b.take(mailbox, seen), undefined);
  }),
  promise("the row says who holds it, and until when by the clock of whoever looks", async ({ a, b, clock }) => {
    const claim = await taken(a);
    const takenAt = clock.wallNow();
    const row = await rowOf(b);
    assert.deepEqual([row.name, row.token, row.durationMs], [mailbox, claim.token, a.durationMs]);
    assert.equal(row.holder?.pid, process.pid);
    assertClose(row.takenAt, takenAt);
    assertClose(row.expiresAt, takenAt + a.durationMs);
  }),
  promise("every renewal changes the row and moves its end; without one it stands still", async ({ a, b, clock }) => {
    const claim = await taken(a);
    const before = await rowOf(b);
    await clock.advance(a.durationMs / 3);
    assert.equal((await rowOf(b)).renewals, before.renewals);
    await a.renew(claim);
    const after = await rowOf(b);
    assert.notEqual(after.renewals, before.renewals);
    assert.equal(after.token, before.token);
    assertClose(after.expiresAt, clock.wallNow() + a.durationMs);
  }),
  promise("a lease that is not renewed has ended for whoever looks, and can be taken", async ({ a, b, clock }) => {
    const old = await taken(a);
    await clock.advance(a.durationMs + closeEnoughMs);
    const row = await rowOf(b);
    assert.ok(clock.wallNow() >= row.expiresAt);
    const next = await b.take(mailbox, row);
    assert.ok(next !== undefined && next.token > old.token);
  }),
  promise("whoever lost a lease can neither renew nor release it", async ({ a, b }) => {
    const old = await taken(a);
    const claim = await taken(b);
    assert.equal(await a.renew(old), false);
    await a.release(old);
    const row = await rowOf(b);
    assert.deepEqual([row.token, row.holder?.pid], [claim.token, process.pid]);
    assert.equal(await b.renew(claim), true);
  }),
  promise("a released lease is free at once, and is not renewed any more", async ({ a, b }) => {
    const claim = await taken(a);
    await a.release(claim);
    assert.equal((await rowOf(b)).holder, undefined);
    assert.equal(await a.renew(claim), false);
    assert.ok((await taken(b)).token > claim.token);
  }),
  promise("however often it changes hands, the token only grows", async ({ a, b }) => {
    const tokens: number[] = [];
    for (const store of [a, b, a, a, b]) {
      const claim = await taken(store);
      tokens.push(claim.token);
      if (tokens.length % 2 === 0) await store.release(claim);
    }
    assert.deepEqual(
      tokens,
      [...new Set(tokens)].sort((x, y) => x - y),
    );
  }),
  promise("leases of other names are others", async ({ a, b }) => {
    const claim = await taken(a);
    const other = await b.take(`${mailbox}/Archive`, undefined);
    assert.ok(other !== undefined);
    await b.release(other);
    assert.equal(await a.renew(claim), true);
  }),
];

function promise(name: string, check: (leases: LeasesUnderTest) => Promise<void>): LeasePromise {
  return {
    name,
    run: async (open) => {
      const leases = await open();
      try {
        await check(leases);
      } finally {
        await leases.close();
      }
    },
  };
}

async function taken(store: LeaseStore): Promise<LeaseClaim> {
  const claim = await store.take(mailbox, await store.look(mailbox));
  assert.ok(claim !== undefined, "a lease that nobody else wanted was not taken");
  return claim;
}

async function rowOf(store: LeaseStore): Promise<LeaseRow> {
  const row = await store.look(mailbox);
  assert.ok(row !== undefined, "a lease that was held has no row");
  return row;
}

function assertClose(found: number, wanted: number): void {
  assert.ok(Math.abs(found - wanted) <= closeEnoughMs, `${found} is ${found - wanted} ms off`);
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
