import type { ImapConnection } from "../imap_connection.ts";
import { serverPath } from "./server_path.ts";

/**
 * CREATE, RFC 9051 §6.3.4, and SUBSCRIBE, so that mail programs show it. Resolves with what the server said if it refused;
 * undefined when the folder is there.
 */
export function createFolder(connection: ImapConnection, folder: string): Promise<string | undefined> {
  return connection.run("CREATE", async (client) => {
    try {
      await client.mailboxCreate(serverPath(client, folder));
      return undefined;
    } catch (error) {
      const status: unknown = Reflect.get(Object(error), "responseStatus");
      if (status !== "NO" && status !== "BAD") throw error;
      const text: unknown = Reflect.get(Object(error), "responseText");
      return typeof text === "string" && text !== "" ? text : "no reason given";
    }
  });
}
