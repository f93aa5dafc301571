import type { PeerCard, PeerStore, ToldCard } from "../../app_runtime/contracts/peers.ts";
import type { ClusterLink } from "./cluster_link.ts";
import { announceScript, leaveScript } from "./peer_scripts.ts";

/** The cards of a cluster in one hash of its Redis, and beside it when each was told. */
export class RedisPeers implements PeerStore {
  readonly #link: ClusterLink;

  constructor(parts: { readonly link: ClusterLink }) {
    this.#link = parts.link;
  }

  async announce(card: PeerCard): Promise<readonly ToldCard[]> {
    const answer = await this.#link.run(announceScript, this.#keys, [card.id, JSON.stringify(card)]);
    const told = answer as readonly string[];
    return Array.from({ length: told.length / 2 }, (_, index) => ({
      agoMs: Number(told[2 * index]),
      card: String(told[2 * index + 1]),
    }));
  }

  async leave(id: string): Promise<void> {
    await this.#link.run(leaveScript, this.#keys, [id]);
  }

  get #keys(): readonly string[] {
    return [this.#link.key("peers"), this.#link.key("peers_told")];
  }
}
