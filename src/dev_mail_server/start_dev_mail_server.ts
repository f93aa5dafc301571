import type { DevMailServer } from "./dev_mail_server.ts";
import type { DevMailServerOptions } from "./dev_mail_server_options.ts";
import { RunningServer } from "./running_server.ts";

/**
 * Starts the server; it serves when the promise resolves.
 * @throws {PortUnavailableError} {@link NotLoopbackError} {@link StateUnreadableError} and then nothing is left running.
 */
export async function startDevMailServer(options: DevMailServerOptions): Promise<DevMailServer> {
  const server = new RunningServer(options);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
