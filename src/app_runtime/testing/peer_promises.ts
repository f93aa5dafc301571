import assert from "node:assert/strict";
import { type PeerCard, type PeerStore, peerLimits, type ToldCard } from "../contracts/peers.ts";
import type { SuiteClock } from "./task_queue/queue_under_test.ts";

export interface PeersUnderTest {
  /** Of two runtimes that belong together; nobody has told anything yet. */
  readonly a: PeerStore;
  readonly b: PeerStore;
  readonly clock: SuiteClock;
  /** Called when the case is over, also when it failed. */
  close(): Promise<void>;
}

export type OpenPeers = () => Promise<PeersUnderTest>;

/** One thing every PeerStore promises, as a plain case for any test runner: `test(promise.name, () => promise.run(open))`. */
export interface PeerPromise {
  readonly name: string;
  /** @throws {AssertionError} when the promise is broken. */
  run(open: OpenPeers): Promise<void>;
}

export const peerPromises: readonly PeerPromise[] = [
  promise("whoever tells of itself gets everybody's card, as it was told", async ({ a, b }) => {
    await a.announce(card("a"));
    const told = await b.announce(card("b"));
    assert.deepEqual(byId(cardsIn(told)), [card("a"), card("b")]);
  }),
  promise("a card takes the place of the one before it", async ({ a, b }) => {
    await a.announce(card("a"));
    await a.announce({ ...card("a"), phase: "stopping" });
    const told = await b.announce(card("b"));
    assert.deepEqual(byId(cardsIn(told)), [{ ...card("a"), phase: "stopping" }, card("b")]);
  }),
  promise("the age of a card grows until it is told again", async ({ a, b, clock }) => {
    await a.announce(card("a"));
    await clock.advance(300);
    const agoMs = async () => (await b.announce(card("b"))).find((each) => cardsIn([each])[0]?.id === "a")?.agoMs ?? -1;
    assert.ok((await agoMs()) >= 290);
    await a.announce(card("a"));
    assert.ok((await agoMs()) < 290);
  }),
  promise("whoever says goodbye is forgotten, and nobody else", async ({ a, b }) => {
    await a.announce(card("a"));
    await b.announce(card("b"));
    await a.leave("a");
    await a.leave("nobody");
    const told = await b.announce(card("b"));
    assert.deepEqual(
      cardsIn(told).map(({ id }) => id),
      ["b"],
    );
  }),
  promise("of too many, those are forgotten that told longest ago", async ({ a, b, clock }) => {
    await a.announce(card("first"));
    await clock.advance(5);
    for (let n = 1; n < peerLimits.peers; n += 1) await a.announce(card(`peer-${n}`));
    await clock.advance(5);
    const told = await b.announce(card("last"));
    const ids = new Set(cardsIn(told).map(({ id }) => id));
    assert.deepEqual([ids.size, ids.has("first"), ids.has("last")], [peerLimits.peers, false, true]);
  }),
];

function promise(name: string, check: (peers: PeersUnderTest) => Promise<void>): PeerPromise {
  return {
    name,
    run: async (open) => {
      const peers = await open();
      try {
        await check(peers);
      } finally {
        await peers.close();
      }
    },
  };
}

function card(id: string): PeerCard {
  return {
    id,
    name: "shop",
    host: "web-1",
    pid: 12,
    version: "1.0.0",
    configVersion: "1",
    phase: "running",
    startedAt: 1_767_225_600_000,
    everyMs: 3_000,
    sources: [{ name: "inbox", adapter: "imap", state: "running" }],
    queues: [{ name: "orders", adapter: "memory", waiting: 2, leased: 1, dead: 0 }],
    pools: [{ name: "orders", queue: "orders", state: "running", concurrency: 4, busy: 1 }],
    load: { loopDelayMs: 3, rssBytes: 80_000_000, cpuShare: 0.012 },
  };
}

function cardsIn(told: readonly ToldCard[]): readonly PeerCard[] {
  return told.map((each) => JSON.parse(each.card) as PeerCard);
}

function byId(cards: readonly PeerCard[]): readonly PeerCard[] {
  return cards.toSorted((x, y) => (x.id < y.id ? -1 : 1));
}
