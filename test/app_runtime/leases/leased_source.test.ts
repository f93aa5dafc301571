import { describe, expect, onTestFinished, test } from "vitest";
import { LeaseDesk, leaseMs, type RuntimeAtDesk } from "./lease_desk.ts";

const inTime = new AbortController().signal;

/** Two runtimes on one mailbox; the first works it. After the test nothing of them is left running. */
async function openTwo(options?: { readonly timeAlone: boolean }) {
  const desk = new LeaseDesk(options);
  const [a, b] = [desk.runtime("a"), desk.runtime("b")];
  onTestFinished(async () => {
    for (const runtime of [a, b]) {
      runtime.outage = undefined;
      runtime.silence?.resolve();
      await runtime.thaw();
    }
    await Promise.all([a, b].map(({ source }) => source.stop(inTime)));
    expect(desk.clock.pending).toBe(0);
  });
  await a.source.start();
  await b.source.start();
  await desk.clock.advance(0);
  return { desk, a, b, clock: desk.clock };
}

/** Milliseconds until `runtime` works the mailbox. */
async function takeoverMs(desk: LeaseDesk, name: string): Promise<number> {
  const since = desk.clock.now();
  while (!desk.working.includes(name)) {
    if (desk.clock.now() - since > 10 * leaseMs) throw new Error(`${name} did not take over.`);
    await desk.clock.advance(100);
  }
  return desk.clock.now() - since;
}

function claimed({ source }: RuntimeAtDesk): unknown {
  return source.status().facts.leaseToken;
}

test("one works the mailbox, and the other has not even made its source", async () => {
  const { desk, a, b, clock } = await openTwo();

  await clock.advance(10 * leaseMs);

  expect(desk.log).toEqual(["a taken", "a start"]);
  expect(a.source.status()).toMatchObject({ state: "running", facts: { connected: true, leaseToken: 1 } });
  expect(b.source.status()).toMatchObject({
    state: "standby",
    facts: { lease: "imap:orders:INBOX", leaseHolder: expect.stringContaining(`process ${process.pid} on`) },
  });
  expect(b.source.health()).toEqual({
    state: "pass",
    output: expect.stringMatching(/^Stands by: process \d+ on \S+ \(since .*\) works it\. This runtime takes over/),
  });
  expect(b.codes).toEqual(["lease_standby"]);
});

test("a stop in order settles first, lets go, and the other takes over at once", async () => {
  const { desk, a } = await openTwo();

  await a.source.stop(inTime);

  expect(desk.log.slice(2)).toEqual(["a stop", "a given"]);
  expect(await takeoverMs(desk, "b")).toBeLessThanOrEqual(600);
});

test("when the holder dies, the other takes over within two leases", async () => {
  const { desk, a, b } = await openTwo();
  await desk.clock.advance(1_000);

  a.freeze();

  expect(await takeoverMs(desk, "b")).toBeLessThanOrEqual(leaseMs + 1_000);
  expect(claimed(b)).toBe(2);
});

test("a holder that was stopped and comes back after a takeover lets go of everything", async () => {
  const { desk, a } = await openTwo();
  a.freeze();
  await takeoverMs(desk, "b");

  await a.thaw();

  expect(desk.log.slice(-2)).toEqual(["a given", "a stop at once"]);
  expect(desk.working).toEqual(["b"]);
  expect(a.codes).toEqual(["lease_taken", "lease_lost", "lease_standby"]);
  expect(a.source.status().state).toBe("standby");
});

test("a holder that was stopped goes on with the same lease when nobody took over", async () => {
  const { desk, a, b, clock } = await openTwo();
  b.freeze();
  a.freeze();
  await clock.advance(3 * leaseMs);

  await a.thaw();
  await clock.advance(leaseMs);

  expect(claimed(a)).toBe(1);
  expect(desk.log).toEqual(["a taken", "a start"]);
});

test("a holder that has lost its database stops within a lease, and the other has taken over within two", async () => {
  const { desk, a } = await openTwo();

  a.outage = "the disk is gone";

  expect(await takeoverMs(desk, "b")).toBeLessThanOrEqual(2 * leaseMs);
  await desk.clock.advance(leaseMs / 3);
  expect(desk.working).toEqual(["b"]);
  a.outage = undefined;
  await desk.clock.advance(leaseMs);
  expect(desk.working).toEqual(["b"]);
});

test("a short outage of the database costs nobody the lease", async () => {
  const { desk, a, clock } = await openTwo();
  a.outage = "locked";
  await clock.advance(0.6 * leaseMs);
  a.outage = undefined;

  await clock.advance(10 * leaseMs);

  expect(desk.log).toEqual(["a taken", "a start"]);
});

test("a wall clock put back does not keep the lease of a dead holder alive", async () => {
  const { desk, a } = await openTwo();
  a.freeze();
  desk.clock.jumpWall(-3_600_000);

  expect(await takeoverMs(desk, "b")).toBeLessThanOrEqual(leaseMs + 1_000);
});

test("a wall clock put forward moves the lease once, and the token stops the one that had it", async () => {
  const { desk, a, b, clock } = await openTwo();
  clock.jumpWall(3_600_000);

  await clock.advance(leaseMs);

  expect(desk.working).toEqual(["b"]);
  expect(claimed(b)).toBe(2);
  expect(a.source.status().state).toBe("standby");
  await clock.advance(10 * leaseMs);
  expect(claimed(b)).toBe(2);
});

test("however often it changes hands, the token only grows", async () => {
  const { desk, a, b } = await openTwo();
  const tokens = [claimed(a)];
  for (const [from, to, name] of [
    [a, b, "b"],
    [b, a, "a"],
    [a, b, "b"],
  ] as const) {
    from.freeze();
    await takeoverMs(desk, name);
    await from.thaw();
    tokens.push(claimed(to));
  }
  expect(tokens).toEqual([1, 2, 3, 4]);
});

test("what the lost source was about to publish does not come in late", async () => {
  const { desk, a, b } = await openTwo();
  const late = a.publish;
  await late?.("before");
  a.freeze();
  await takeoverMs(desk, "b");
  await a.thaw();

  await expect(late?.("after")).rejects.toMatchObject({ code: "LEASE_FENCED" });

  expect(a.published).toEqual(["before"]);
  await b.publish?.("after");
  expect(b.published).toEqual(["after"]);
});

test("a source that cannot begin fails its start, and leaves the lease to others", async () => {
  const desk = new LeaseDesk();
  const [a, b] = [desk.runtime("a"), desk.runtime("b")];
  a.failures = 1;

  await expect(a.source.start()).rejects.toThrow("no such folder");
  await b.source.start();

  expect(desk.working).toEqual(["b"]);
  await Promise.all([a, b].map(({ source }) => source.stop(inTime)));
  expect(desk.clock.pending).toBe(0);
});

test("one that cannot begin after a takeover says so, and tries again", async () => {
  const { desk, a, b, clock } = await openTwo();
  b.failures = 1;
  await a.source.stop(inTime);

  await clock.advance(1_000);
  expect(b.source.health()).toEqual({ state: "fail", output: "It could not take over: no such folder" });
  expect(b.codes).toContain("lease_unused");

  expect(await takeoverMs(desk, "b")).toBeLessThanOrEqual(2 * leaseMs);
  expect(b.source.health()).toEqual({ state: "pass" });
});

test("a runtime that stands by and cannot ask its database warns, and fails when it could not take over", async () => {
  const { b, clock } = await openTwo();
  b.outage = "it is locked";

  await clock.advance(leaseMs);
  expect(b.source.health()).toEqual({ state: "warn", output: "Stands by, and could not take over now: it is locked" });
  await clock.advance(2 * leaseMs);
  expect(b.source.health().state).toBe("fail");

  b.outage = undefined;
  await clock.advance(leaseMs);
  expect(b.source.health().state).toBe("pass");
});

test("a pause said while it stands by holds when it takes over", async () => {
  const { desk, a, b } = await openTwo();
  b.source.pause();
  await a.source.stop(inTime);
  await takeoverMs(desk, "b");

  expect(desk.log.slice(-3)).toEqual(["b taken", "b pause", "b start"]);
  b.source.resume();
  expect(desk.log.at(-1)).toBe("b resume");
});

test("one that is stopped while it starts leaves nothing behind, and the lease to others", async () => {
  const desk = new LeaseDesk();
  const [a, b] = [desk.runtime("a"), desk.runtime("b")];

  const starting = a.source.start();
  await Promise.all([starting, a.source.stop(AbortSignal.abort())]);
  await b.source.start();

  expect(desk.working).toEqual(["b"]);
  await b.source.stop(inTime);
  expect(desk.clock.pending).toBe(0);
});

test("a runtime that is stopping takes over nothing any more", async () => {
  const { desk, a, b, clock } = await openTwo();
  await b.source.quiesce();
  await a.source.stop(inTime);

  await clock.advance(3 * leaseMs);

  expect(desk.working).toEqual([]);
});

describe("where time alone keeps two holders apart", () => {
  const timeAlone = { timeAlone: true };

  test.each<[string, (a: RuntimeAtDesk) => void]>([
    ["is refused", (a) => (a.outage = "the line is cut")],
    ["gets no answer", (a) => (a.silence = Promise.withResolvers())],
  ])("a holder that %s lets go before its lease ends, and the other begins afterwards", async (_what, cutOff) => {
    const { desk, a, clock } = await openTwo(timeAlone);
    await clock.advance(5 * leaseMs);
    cutOff(a);
    const since = clock.now();

    while (desk.working.includes("a")) await clock.advance(100);

    expect(clock.now() - since).toBeLessThanOrEqual((leaseMs * 5) / 6 + 100);
    expect(desk.working).toEqual([]);
    expect(await takeoverMs(desk, "b")).toBeLessThanOrEqual(leaseMs);
    expect(desk.log.slice(2, 6)).toEqual(["b given", "a given", "a stop at once", "b taken"]);
  });

  test("a short outage costs nobody the lease", async () => {
    const { desk, a, clock } = await openTwo(timeAlone);
    a.outage = "the line is cut";
    await clock.advance(0.6 * leaseMs);
    a.outage = undefined;

    await clock.advance(10 * leaseMs);

    expect(desk.log).toEqual(["a taken", "a start", "b given"]);
  });

  test("one that starts and stands by lets go of tasks that its queue has kept, before anything else", async () => {
    const { desk, a } = await openTwo(timeAlone);
    expect(desk.log).toEqual(["a taken", "a start", "b given"]);

    await a.source.stop(inTime);

    expect(await takeoverMs(desk, "b")).toBeLessThanOrEqual(600);
    expect(desk.log.slice(3)).toEqual(["a stop", "a given", "b taken", "b start"]);
  });

  test("a holder that was stopped for longer than its lease has lost it, although nobody took over", async () => {
    const { desk, a, b, clock } = await openTwo(timeAlone);
    b.freeze();
    a.freeze();
    await clock.advance(3 * leaseMs);

    await a.thaw();

    expect(desk.log.slice(3, 5)).toEqual(["a given", "a stop at once"]);
    expect(a.codes).toContain("lease_lost");
  });

  test("a holder that gave up lets go of what a late renewal has extended: the lease is free at once", async () => {
    const { desk, a, b, clock } = await openTwo(timeAlone);
    await a.source.quiesce();
    a.freeze();
    b.freeze();
    await clock.advance(0.9 * leaseMs);

    await a.thaw();

    expect(desk.log.slice(4)).toEqual(["a given", "a stop at once", "a taken", "a start"]);
    expect(claimed(a)).toBe(2);
  });
});
