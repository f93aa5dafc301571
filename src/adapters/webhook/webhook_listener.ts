import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import { type Answer, problemAnswer, rawAnswer, send } from "./answer.ts";
import { DeliveryRefusedError, unavailable } from "./delivery_refused_error.ts";
import { discardRest } from "./discard_rest.ts";
import { type ListenAddress, listenError } from "./listen_errors.ts";

/** What a listener does on behalf of one source. */
export interface ListenerClient {
  readonly path: string;
  readonly connections: number;
  answer(request: IncomingMessage, proceed: () => void): Promise<Answer>;
  listening(url: string): void;
  cannotListen(sentence: string, waitMs: number): void;
}

export interface ListenerParts {
  readonly clock: Clock;
  /** Gives 0 ≤ r < 1; spreads retries. */
  readonly random: () => number;
  readonly limits?: ListenerLimits;
}

/** What a connection may cost that has not even become a request; milliseconds of the machine's clock. */
interface ListenerLimits {
  readonly headersMs: number;
  /** How often connections are looked at. */
  readonly checkMs: number;
}

const defaultLimits: ListenerLimits = { headersMs: 10_000, checkMs: 1_000 };
const keepAliveMs = 5_000;

/** Answers that are on their way when it closes have this long to arrive. */
const closeGraceMs = 1_000;

/** A source that is gone for this long is not coming back from a reload. */
const memoryMs = 30_000;

const backoff = { initialDelayMs: 500, maxDelayMs: 10_000, factor: 2, jitter: 0.1 };

/** One address that sources listen on together, each with its own path. A port that is taken is tried again and again. */
export class WebhookListener {
  readonly #address: ListenAddress;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #limits: ListenerLimits;
  readonly #clients = new Map<string, ListenerClient>();
  /** Paths that were served a moment ago: Clock.now() of their end. */
  readonly #left = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #tryNow = new WakeUp();
  readonly #firstTry = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #server: Server | undefined;
  #failure: string | undefined;
  /** Requests to paths that no source has. */
  unknownPaths = 0;

  constructor(parts: ListenerParts & { readonly address: ListenAddress }) {
    this.#address = parts.address;
    this.#limits = parts.limits ?? defaultLimits;
    this.#clock = parts.clock;
    this.#random = parts.random;
  }

  /** "http://127.0.0.1:8081"; undefined while it does not listen. */
  get url(): string | undefined {
    const address = this.#server?.address();
    if (typeof address !== "object" || address === null) return undefined;
    return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Why it does not listen, in a sentence. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get isUnused(): boolean {
    return this.#clients.size === 0;
  }

  /** Resolves after the first try to listen, well or not. */
  async join(client: ListenerClient): Promise<void> {
    this.#clients.set(client.path, client);
    this.#left.delete(client.path);
    this.#limitConnections();
    if (this.url !== undefined) client.listening(`${this.url}${client.path}`);
    this.#running ??= this.#run(this.#stop.signal);
    await this.#firstTry.promise;
  }

  leave(client: ListenerClient): void {
    if (this.#clients.get(client.path) !== client) return;
    const now = this.#clock.now();
    this.#clients.delete(client.path);
    for (const [path, leftAt] of this.#left) if (now - leftAt >= memoryMs) this.#left.delete(path);
    this.#left.set(client.path, now);
  }

  /** Do not wait for the next try. */
  tryNow(): void {
    this.#tryNow.wake();
  }

  /** For good. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const server = this.#newServer();
      try {
        const { broken } = await listen(server, this.#address);
        this.#begin(server);
        failures = 0;
        await unlessAborted(signal, broken);
      } catch (thrown) {
        await this.#end(server);
        if (!signal.aborted) await this.#endure(thrown, failures, signal);
      } finally {
        this.#firstTry.resolve();
      }
    }
  }

  #begin(server: Server): void {
    this.#server = server;
    this.#failure = undefined;
    this.#limitConnections();
    for (const client of this.#clients.values()) client.listening(`${this.url}${client.path}`);
    this.#firstTry.resolve();
  }

  async #endure(thrown: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const sentence = listenError(this.#address, thrown).message;
    const waitMs = backoffDelay(backoff, failures, this.#random);
    this.#failure = sentence;
    for (const client of this.#clients.values()) client.cannotListen(sentence, waitMs);
    this.#firstTry.resolve();
    await this.#tryNow.wait(this.#clock, waitMs, signal);
  }

  async #end(server: Server): Promise<void> {
    this.#server = undefined;
    if (!server.listening) return;
    const closed = new AbortController();
    server.close(() => closed.abort());
    await sleep(this.#clock, closeGraceMs, closed.signal);
    server.closeAllConnections();
    if (!closed.signal.aborted) await new Promise((resolve) => server.once("close", resolve));
  }

  #limitConnections(): void {
    if (this.#server === undefined) return;
    this.#server.maxConnections = Math.max(...this.#clients.values().map(({ connections }) => connections), 1);
  }

  #newServer(): Server {
    const server = createServer({
      headersTimeout: this.#limits.headersMs,
      requestTimeout: 0, // each source has its own limit
      connectionsCheckingInterval: this.#limits.checkMs,
      keepAliveTimeout: keepAliveMs,
    });
    server.on("request", (request, response) => void this.#handle(request, response, () => {}));
    server.on("checkContinue", (request, response) => {
      void this.#handle(request, response, () => response.writeContinue());
    });
    server.on("clientError", answerBrokenRequest);
    return server;
  }

  async #handle(request: IncomingMessage, response: ServerResponse, proceed: () => void): Promise<void> {
    // A connection that breaks is its sender's affair; what was read of the request shows it.
    request.on("error", () => {});
    response.on("error", () => {});
    const answer = await this.#answer(request, proceed);
    send(response, answer, this.#stop.signal.aborted || answer.status === 408);
    discardRest(request, response, this.#clock);
  }

  async #answer(request: IncomingMessage, proceed: () => void): Promise<Answer> {
    const path = request.url?.split("?", 1)[0] ?? "";
    const client = this.#clients.get(path);
    if (client === undefined) return problemAnswer(this.#unknown(path));
    if (request.method === "POST") return await client.answer(request, proceed);
    const message = "Deliveries are sent with POST.";
    return problemAnswer(new DeliveryRefusedError("WEBHOOK_METHOD_NOT_ALLOWED", message));
  }

  /** Senders give up for good on a path that is not there; one that restarts comes back. */
  #unknown(path: string): DeliveryRefusedError {
    const leftAt = this.#left.get(path);
    if (leftAt !== undefined && this.#clock.now() - leftAt < memoryMs) return unavailable("It is restarting.", 1);
    this.unknownPaths += 1;
    const message = "No source listens on this path. Compare it with the `path` in the configuration.";
    return new DeliveryRefusedError("WEBHOOK_PATH_UNKNOWN", message);
  }
}

/** Resolves once it listens; `broken` rejects when it breaks later. */
async function listen(server: Server, { host, port }: ListenAddress): Promise<{ readonly broken: Promise<never> }> {
  const listening = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  server.on("error", (error) => {
    listening.reject(error);
    broken.reject(error);
  });
  server.listen({ host, port }, () => listening.resolve());
  await listening.promise;
  return { broken: broken.promise };
}

/** A request that is not HTTP, too slow or too large to become one: there is no response object, only the socket. */
function answerBrokenRequest(error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(rawAnswer(problemAnswer(refusalOf(error))), () => socket.destroy());
}

function refusalOf(error: Error): DeliveryRefusedError {
  switch (Reflect.get(error, "code")) {
    case "HPE_HEADER_OVERFLOW":
      return new DeliveryRefusedError("WEBHOOK_HEADERS_TOO_LARGE", "The headers are too large. Send fewer.");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new DeliveryRefusedError("WEBHOOK_TOO_SLOW", "The request did not arrive in time.");
    default:
      return new DeliveryRefusedError("WEBHOOK_MALFORMED", "This is not HTTP. Send a POST, without TLS.");
  }
}
