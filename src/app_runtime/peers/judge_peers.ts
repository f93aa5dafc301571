import type { Peer, PeerCard } from "../contracts/peers.ts";

interface ReadCard {
  readonly card: PeerCard;
  readonly agoMs: number;
}

/** A card this much older than it should be is one that did not come. */
const missed = 3;

/** Who lives and who has vanished, in the order of their start. One that was started again in its place did not vanish. */
export function judgePeers(told: readonly ReadCard[], wallNow: number): readonly Peer[] {
  const peers = told.map(({ card, agoMs }): Peer => {
    const state = agoMs > missed * card.everyMs ? "vanished" : "live";
    return { card, agoMs, state };
  });
  return peers
    .filter((peer) => peer.state === "live" || !isReplaced(peer, peers, wallNow))
    .sort((a, b) => a.card.startedAt - b.card.startedAt || (a.card.id < b.card.id ? -1 : 1));
}

function isReplaced({ card, agoMs }: Peer, peers: readonly Peer[], wallNow: number): boolean {
  return peers.some(
    (other) =>
      other.state === "live" &&
      other.card.host === card.host &&
      other.card.name === card.name &&
      other.card.startedAt > wallNow - agoMs,
  );
}

/** "mail-order-bot (process 12 on web-1)" */
export function nameOfPeer({ name, pid, host }: PeerCard): string {
  return `${name} (process ${pid} on ${host})`;
}
