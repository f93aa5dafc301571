import { expect, onTestFinished, test } from "vitest";
import { type PeerCard, type PeerStore, peerLimits, type ToldCard } from "../../../src/app_runtime/contracts/peers.ts";
import type { RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { PeerWatch } from "../../../src/app_runtime/peers/api.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

const everyMs = 3_000;
const inTime = new AbortController().signal;

function card(id: string, more: Partial<PeerCard> = {}): PeerCard {
  return {
    id,
    name: "shop",
    host: `host of ${id}`,
    pid: 12,
    configVersion: "1",
    phase: "running",
    startedAt: 0,
    everyMs,
    sources: [],
    queues: [],
    pools: [],
    load: { loopDelayMs: 0, rssBytes: 0, cpuShare: 0 },
    ...more,
  };
}

/** A place for cards that keeps time by the clock of the test. */
class Board implements PeerStore {
  readonly clock = new ManualClock();
  readonly left: string[] = [];
  trouble: string | undefined;
  hangs = false;
  /** What else lies there. */
  more: readonly ToldCard[] = [];
  #cards = new Map<string, { readonly card: PeerCard; readonly at: number }>();

  async announce(told: PeerCard): Promise<readonly ToldCard[]> {
    if (this.hangs) await new Promise(() => undefined);
    if (this.trouble !== undefined) throw new Error(this.trouble);
    this.#cards.set(told.id, { card: told, at: this.clock.now() });
    const all = [...this.#cards.values()].map((each) => ({
      card: JSON.stringify(each.card),
      agoMs: this.clock.now() - each.at,
    }));
    return [...all.filter(({ agoMs }) => agoMs <= peerLimits.keepMs), ...this.more];
  }

  async leave(id: string): Promise<void> {
    if (this.hangs) await new Promise(() => undefined);
    this.left.push(id);
    this.#cards.delete(id);
  }
}

async function openWatch(board = new Board()) {
  const { clock } = board;
  const events: RuntimeEventBody[] = [];
  const watch = new PeerWatch({
    store: board,
    card: () => card("me", { startedAt: clock.wallNow() - clock.now() }),
    clock,
    events: {
      heard: true,
      emit: (event) => void events.push(event),
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    },
    everyMs,
    needs: ["cluster"],
  });
  onTestFinished(async () => {
    const stopped = watch.stop(inTime);
    await clock.advance(10_000);
    await stopped;
    expect(clock.pending).toBe(0);
  });
  await watch.start();
  await clock.advance(0);
  return { board, clock, watch, codes: () => events.flatMap((e) => (e.kind === "unit.fact" ? [e.code] : [])) };
}

test("it tells of itself at once and again and again, and lists everybody", async () => {
  const { board, clock, watch } = await openWatch();
  await board.announce(card("other"));

  await clock.advance(everyMs);

  expect(watch.view()).toMatchObject({ self: "me", listAgeMs: 0 });
  expect(watch.view().peers.map(({ card: { id }, state }) => [id, state])).toEqual([
    ["other", "live"],
    ["me", "live"],
  ]);
  expect(watch.check()).toEqual({ state: "pass", observed: { live: 2, vanished: 0 } });
});

test("one that vanishes without a goodbye is a warning, for a while", async () => {
  const { board, clock, watch, codes } = await openWatch();
  await board.announce(card("other"));
  await clock.advance(2 * everyMs);
  expect(watch.check().state).toBe("pass");

  await clock.advance(2 * everyMs);

  expect(watch.check()).toMatchObject({
    state: "warn",
    output: expect.stringMatching(
      /^shop \(process 12 on host of other\) has vanished without a goodbye: it was heard 12 s ago/,
    ),
    observed: { live: 1, vanished: 1 },
  });
  expect(codes()).toEqual(["peer_joined", "peer_vanished"]);
  await clock.advance(peerLimits.keepMs);
  expect(watch.check().state).toBe("pass");
  expect(watch.view().peers).toHaveLength(1);
});

test("one that said goodbye is not missed", async () => {
  const { board, clock, watch } = await openWatch();
  await board.announce(card("other"));
  await clock.advance(everyMs);
  await board.leave("other");

  await clock.advance(5 * everyMs);

  expect(watch.check()).toEqual({ state: "pass", observed: { live: 1, vanished: 0 } });
});

test("one that was started again in its place did not vanish; a neighbour does not take its place", async () => {
  const { board, clock, watch } = await openWatch();
  await board.announce(card("killed", { host: "web-1" }));
  await board.announce(card("neighbour", { host: "web-1" }));
  await clock.advance(2 * everyMs);
  for (let n = 0; n < 3; n += 1) {
    await board.announce(card("neighbour", { host: "web-1" }));
    await clock.advance(everyMs);
  }
  expect(watch.check().state).toBe("warn");

  await board.announce(card("again", { host: "web-1", startedAt: clock.wallNow() }));
  await clock.advance(everyMs);

  expect(watch.check()).toEqual({ state: "pass", observed: { live: 3, vanished: 0 } });
});

test("a store that cannot be asked is a warning, and nobody vanishes for it", async () => {
  const { board, clock, watch } = await openWatch();
  await board.announce(card("other"));
  await clock.advance(everyMs);
  board.trouble = "Redis is down.";

  await clock.advance(10 * everyMs);

  expect(watch.check()).toMatchObject({ state: "warn", output: "The other runtimes cannot be asked: Redis is down." });
  expect(watch.view()).toMatchObject({ listAgeMs: 10 * everyMs, trouble: "Redis is down." });
  expect(watch.view().peers).toHaveLength(2);
  board.trouble = undefined;
  await board.announce(card("other"));
  await clock.advance(everyMs);
  expect(watch.check().state).toBe("pass");
});

test("it says goodbye when it stops, and does not wait for a store that hangs", async () => {
  const { board, clock, watch } = await openWatch();
  await watch.stop(inTime);
  expect(board.left).toEqual(["me"]);
  const hasty = await openWatch();
  hasty.board.hangs = true;
  await hasty.clock.advance(everyMs);
  await hasty.watch.stop(AbortSignal.abort());

  const silent = await openWatch(new Board());
  silent.board.hangs = true;
  await silent.clock.advance(everyMs);
  const stopped = silent.watch.stop(inTime);
  await silent.clock.advance(1_000);
  await stopped;
  expect(clock.pending).toBe(0);
});

const damaged: readonly [string, string][] = [
  ["no JSON", '{"id":"oth'],
  ["no card", '"other"'],
  ["nothing", "null"],
  ["one without a start", JSON.stringify({ ...card("other"), startedAt: undefined })],
  ["one with a start that no calendar has", JSON.stringify({ ...card("other"), startedAt: 1e300 })],
  ["one whose sources are no list", JSON.stringify({ ...card("other"), sources: { length: 1 } })],
  ["one whose pool is none", JSON.stringify({ ...card("other"), pools: [null] })],
  ["one without a load", JSON.stringify({ ...card("other"), load: null })],
  ["one that never ends", JSON.stringify({ ...card("other"), name: "x".repeat(200_000) })],
];

test.each(damaged)("a card that is %s is told of and left out; all others are listed", async (_what, text) => {
  const { board, clock, watch } = await openWatch();
  board.more = [{ card: text, agoMs: 10 }];
  await board.announce(card("third"));

  await clock.advance(everyMs);

  expect(watch.view()).toMatchObject({ unreadable: 1, listAgeMs: 0 });
  expect(watch.view().peers.map((peer) => peer.card.id)).toEqual(["third", "me"]);
  expect(watch.check()).toMatchObject({
    state: "warn",
    output: expect.stringMatching(/^1 of those that told of themselves cannot be read .* another version/),
  });
  board.more = [];
  await clock.advance(everyMs);
  expect(watch.check().state).toBe("pass");
  expect(watch.view().unreadable).toBeUndefined();
});

test("what a later version adds to a card does no harm", async () => {
  const { board, clock, watch } = await openWatch();
  board.more = [{ card: JSON.stringify({ ...card("newer"), mood: { good: true } }), agoMs: 10 }];
  await clock.advance(everyMs);
  expect(watch.view().peers.map((peer) => peer.card.id)).toEqual(["newer", "me"]);
});

test("a store that is slow, then hangs, and then is back, holds up nobody who looks", async () => {
  const { board, clock, watch } = await openWatch();
  await board.announce(card("other"));
  await clock.advance(everyMs);
  board.hangs = true;

  await clock.advance(3 * everyMs);

  expect(watch.check()).toMatchObject({
    state: "warn",
    output: "The other runtimes cannot be asked: The list of runtimes did not finish within 3000 ms.",
  });
  expect(watch.view().peers).toHaveLength(2);
  board.hangs = false;
  await board.announce(card("other"));
  await clock.advance(2 * everyMs);
  expect(watch.check().state).toBe("pass");
});

test("a store that throws before it promises anything, or answers no list, is one that cannot be asked", async () => {
  const { board, clock, watch } = await openWatch();
  const announce = board.announce;
  board.announce = () => {
    throw new TypeError("no store");
  };
  await clock.advance(everyMs);
  expect(watch.check()).toMatchObject({ state: "warn", output: "The other runtimes cannot be asked: no store" });
  board.announce = async () => undefined as never;
  await clock.advance(everyMs);
  expect(watch.check().state).toBe("warn");
  board.announce = announce;
  await clock.advance(everyMs);
  expect(watch.check().state).toBe("pass");
});
