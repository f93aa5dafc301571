import type { Clock } from "../../../app_runtime/base/clock.ts";
import { within } from "../../../app_runtime/base/within.ts";
import type { ImapConnection } from "../imap_connection.ts";

/** A server that does not say goodbye by then is not waited for; milliseconds. */
const farewellLimitMs = 2_000;

/** LOGOUT, RFC 9051 §6.1.3, after the commands before it; then the connection is closed in any case. Never throws. */
export async function logout(connection: ImapConnection, clock: Clock): Promise<void> {
  const farewell = connection.run("LOGOUT", (client) => {
    connection.expectEnd();
    return client.logout();
  });
  try {
    await within(clock, farewellLimitMs, "LOGOUT", farewell);
  } catch {
    // Whatever the server does now: all that mattered was settled before, and the socket is destroyed below.
  } finally {
    connection.close();
  }
}
