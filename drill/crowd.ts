import { connect, type Socket } from "node:net";

/** Logged-in connections of one user, as many as its server lets in. */
export class Crowd {
  readonly #sockets: readonly Socket[];

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
  }

  static async gather(server: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly size: number;
  }): Promise<Crowd> {
    const { host, port, user, password, size } = server;
    const logins = Array.from({ length: size }, async () => {
      const socket = connect(port, host);
      socket.on("error", () => undefined);
      socket.write(`a LOGIN ${user} ${password}\r\n`);
      await answered(socket);
      return socket;
    });
    return new Crowd(await Promise.all(logins));
  }

  leave(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function answered(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let said = "";
  socket.on("data", (chunk) => {
    said += chunk.toString("latin1");
    if (/^a (OK|NO)/m.test(said)) resolve();
  });
  socket.once("close", () => resolve());
  return promise;
}
