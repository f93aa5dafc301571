import { createServer } from "node:net";

/** A loopback port nobody listens on at the moment. Another program may take it first, so starters must be ready to try again. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  if (address === null || typeof address === "string") throw new TypeError("A TCP server without a port");
  return address.port;
}
