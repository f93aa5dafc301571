/** What other rooms and adapters may use of peers. */
export { type CardParts, cardOf, type PeerIdentity } from "./card_of.ts";
export { LoadMeter } from "./load_meter.ts";
export { PeerWatch } from "./peer_watch.ts";
