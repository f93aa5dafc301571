import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface FarRedis extends AsyncDisposable {
  readonly port: number;
}

/**
 * The same Redis as if it stood further away: what clients send reaches it so much later, however much of it is under way
 * (a proxy that holds one packet at a time would be a narrow line, not a long one).
 */
export async function farRedis(
  redis: { readonly host: string; readonly port: number },
  delayMs: number,
): Promise<FarRedis> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ ...redis, noDelay: true });
    const ends = () => {
      for (const socket of [client, target]) {
        socket.destroy();
        sockets.delete(socket);
      }
    };
    for (const socket of [client, target]) sockets.add(socket.on("error", ends).on("close", ends));
    // Timers of one length fire in the order in which they were made.
    client.on("data", (bytes) => void setTimeout(() => target.writable && target.write(bytes), delayMs));
    target.on("data", (bytes) => client.writable && client.write(bytes));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
