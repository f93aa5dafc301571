import type { ImapConfig } from "./imap_schema.ts";

/**
 * Mails that arrived before are not taken now; milliseconds since 1970 UTC. `floor` is the checkpoint's: what the first start
 * left alone stays so.
 */
export function oldestTaken(config: Pick<ImapConfig, "maxAge">, floor: number, wallNow: number): number {
  return config.maxAge === undefined ? floor : Math.max(floor, wallNow - config.maxAge);
}
