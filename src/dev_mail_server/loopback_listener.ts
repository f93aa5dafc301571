import { createServer, type Server, type Socket } from "node:net";
import { RuntimeError } from "../app_runtime/base/runtime_error.ts";

/** This server has one password and no encryption: it must not be reachable from elsewhere. */
export class NotLoopbackError extends RuntimeError {
  readonly code = "DEV_MAIL_NOT_LOOPBACK";

  constructor(host: string) {
    super(`The development mail server serves this machine only; host "${host}" is refused. Use 127.0.0.1.`);
  }
}

/** The port cannot be listened on, mostly because another program already does. */
export class PortUnavailableError extends RuntimeError {
  readonly code = "DEV_MAIL_PORT_UNAVAILABLE";
  override readonly failureClass = "permanent";

  constructor(parts: {
    readonly protocol: string;
    readonly port: number;
    readonly configKey: string;
    readonly cause: Error;
  }) {
    const taken = Reflect.get(parts.cause, "code") === "EADDRINUSE";
    const reason = taken ? "is already used by another program" : `cannot be opened (${parts.cause.message})`;
    super(
      `Port ${parts.port} for the development mail server (${parts.protocol}) ${reason}. Stop that program or set ${parts.configKey} to another port; 0 takes any free one.`,
      { cause: parts.cause },
    );
  }
}

export interface LoopbackListenerParts {
  readonly protocol: "IMAP" | "SMTP";
  readonly host: string;
  readonly port: number;
  readonly configKey: string;
  readonly maxConnections: number;
  /** Connections come paused: reading them starts the flow. */
  readonly onConnection: (socket: Socket) => void;
}

/** A listening socket of this machine that knows its connections, so that closing it is a matter of milliseconds. */
export class LoopbackListener {
  readonly #parts: LoopbackListenerParts;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port: number;

  constructor(parts: LoopbackListenerParts) {
    if (!["127.0.0.1", "::1", "localhost"].includes(parts.host)) throw new NotLoopbackError(parts.host);
    this.#parts = parts;
    this.#port = parts.port;
  }

  /** The port in use, once opened; it stays the same when closed and opened again. */
  get port(): number {
    return this.#port;
  }

  /** @throws {PortUnavailableError} */
  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#accept(socket));
    server.maxConnections = this.#parts.maxConnections;
    const listening = Promise.withResolvers<void>();
    server.once("error", listening.reject);
    server.listen(this.#port, this.#parts.host, listening.resolve);
    try {
      await listening.promise;
    } catch (cause) {
      throw new PortUnavailableError({ ...this.#parts, port: this.#port, cause: cause as Error });
    }
    const address = server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
    this.#server = server;
  }

  /** Stops listening and destroys what is connected. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    this.cutConnections();
    await closed.promise;
  }

  /** Destroys what is connected and goes on listening. */
  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // a client that vanishes is its own affair
    this.#parts.onConnection(socket);
  }
}
