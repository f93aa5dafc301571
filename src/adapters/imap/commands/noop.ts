import type { ImapConnection } from "../imap_connection.ts";

/** NOOP, RFC 9051 §6.1.2: the server tells what changed, and proves that it lives. It has no way to refuse. */
export function noop(connection: ImapConnection): Promise<void> {
  return connection.run("NOOP", (client) => client.noop());
}
