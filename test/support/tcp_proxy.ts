import { connect, createServer, type Server, type Socket } from "node:net";

export type Direction = "from_client" | "from_server";

/** Where a stream is cut: after so many bytes of one connection, or as soon as it matches. The bytes before the cut get through. */
export type Cut =
  | { readonly direction: Direction; readonly afterBytes: number }
  | { readonly direction: Direction; readonly at: RegExp };

/** A pattern that is split over packets is still found when it is no longer than this. */
const lookBackBytes = 4096;

/** Gets what came in on one connection and returns what goes on; one character per byte. */
export type Filter = (chunk: string, direction: Direction) => string;

/** One connection through the proxy, in the hands of its filter. */
export interface ProxiedConnection {
  /** Says this to the client as if the server had. */
  tell(text: string): void;
  /** Ends the connection, once what the filter returns next has got through. */
  cutAfterThis(): void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  filter?: Filter;
  cutting: boolean;
}

/** A network in the middle that can be made to fail: on loopback, for one target. Faults hold for old and new connections. */
export class TcpProxy {
  #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  #server: Server | undefined;
  #port = 0;
  #delayMs = 0;
  #swallows = false;
  #cut: Cut | undefined;
  #filter: Filter | undefined;
  #filterFor: ((connection: ProxiedConnection) => Filter) | undefined;
  #accepted = 0;
  #swallowedBytes = 0;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
  }

  static async to(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.accept();
    return proxy;
  }

  readonly host = "127.0.0.1";

  get port(): number {
    return this.#port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Connections there have been. */
  get accepted(): number {
    return this.#accepted;
  }

  /** What the black hole has taken so far. */
  get swallowedBytes(): number {
    return this.#swallowedBytes;
  }

  /** Everything gets through again; connections that lost bytes stay as they are. */
  pass(): void {
    this.#delayMs = 0;
    this.#swallows = false;
    this.#cut = undefined;
    this.#filter = undefined;
  }

  /** Each packet arrives so much later, in order. */
  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Connections stay open and are accepted, but nothing arrives any more. */
  blackHole(): void {
    this.#swallows = true;
  }

  /** Changes what passes, e.g. to lose the pushes of a server. Gets and returns one character per byte. */
  rewrite(filter: Filter): void {
    this.#filter = filter;
  }

  /** Each connection to come gets a filter of its own, for its whole life: `pass` leaves it in place. */
  through(filterFor: (connection: ProxiedConnection) => Filter): void {
    this.#filterFor = filterFor;
  }

  /** Cuts each connection at that point, once; `pass` calls it off. */
  cutAt(cut: Cut): void {
    this.#cut = cut;
  }

  /** New connections go to another server; old ones stay where they are. */
  leadTo(target: { readonly host: string; readonly port: number }): void {
    this.#target = { host: target.host, port: target.port };
  }

  /** Ends all connections now. */
  cutNow(): void {
    for (const pair of this.#pairs) destroy(pair);
  }

  /** Ends all connections by RST. */
  resetNow(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** New connections are refused, as by a server that is down. Old ones go on. */
  async refuse(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close(); // its promise would wait for the connections, too
    await nextTurn();
  }

  /** Listens again, on the same port. */
  async accept(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ noDelay: true }, (client) => this.#join(client));
    const listening = Promise.withResolvers<void>();
    server.once("error", listening.reject);
    server.listen(this.#port, this.host, listening.resolve);
    await listening.promise;
    const address = server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    await this.refuse();
    this.cutNow();
  }

  #join(client: Socket): void {
    const { host, port } = this.#target;
    const server = connect({ host, port, noDelay: true });
    const pair: Pair = { client, server, cutting: false };
    if (this.#filterFor !== undefined) pair.filter = this.#filterFor(heldBy(pair));
    this.#pairs.add(pair);
    this.#accepted += 1;
    for (const socket of [client, server]) {
      socket.on("error", () => destroy(pair));
      socket.once("close", () => {
        this.#pairs.delete(pair);
        destroy(pair);
      });
    }
    this.#pump(pair, "from_client");
    this.#pump(pair, "from_server");
  }

  #pump(pair: Pair, direction: Direction): void {
    const [from, to] = direction === "from_client" ? [pair.client, pair.server] : [pair.server, pair.client];
    const isDue = dueCheck(direction);
    let tail = Promise.resolve();
    from.on("data", (chunk) => {
      if (this.#swallows) {
        this.#swallowedBytes += chunk.length;
        return;
      }
      const bytes = this.#filtered(pair, chunk, direction);
      const cut = pair.cutting ? bytes.length : isDue(bytes, this.#cut);
      const passed = cut === undefined ? bytes : bytes.subarray(0, cut);
      const dueAt = performance.now() + this.#delayMs;
      tail = tail.then(async () => {
        const delayMs = dueAt - performance.now();
        if (delayMs > 0) await wait(delayMs, pair);
        if (!this.#swallows && !to.destroyed) to.write(passed);
        if (cut !== undefined) endAfterFlush(pair, to);
      });
    });
  }

  #filtered(pair: Pair, chunk: Buffer, direction: Direction): Buffer {
    const filters = [this.#filter, pair.filter].filter((filter) => filter !== undefined);
    if (filters.length === 0) return chunk;
    const text = filters.reduce((text, filter) => filter(text, direction), chunk.toString("latin1"));
    return Buffer.from(text, "latin1");
  }
}

function heldBy(pair: Pair): ProxiedConnection {
  return {
    tell: (text) => void pair.client.write(text, "latin1"),
    cutAfterThis: () => {
      pair.cutting = true;
    },
  };
}

/** Answers how many of the bytes still pass before the cut; undefined when it is not due. */
function dueCheck(direction: Direction): (bytes: Buffer, cut: Cut | undefined) => number | undefined {
  let passed = 0;
  let recent = "";
  return (bytes, cut) => {
    const before = passed;
    const lookBack = recent;
    passed += bytes.length;
    recent = (lookBack + bytes.toString("latin1")).slice(-lookBackBytes);
    if (cut === undefined || cut.direction !== direction) return undefined;
    if ("afterBytes" in cut) return passed > cut.afterBytes ? Math.max(0, cut.afterBytes - before) : undefined;
    const match = cut.at.exec(lookBack + bytes.toString("latin1"));
    return match === null ? undefined : Math.max(0, match.index - lookBack.length);
  };
}

function endAfterFlush(pair: Pair, to: Socket): void {
  to.destroySoon();
  (to === pair.client ? pair.server : pair.client).destroy();
}

function destroy({ client, server }: Pair): void {
  client.destroy();
  server.destroy();
}

/** Ends early with the connection, so that no timer outlives it. */
function wait(delayMs: number, { client }: Pair): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, delayMs);
  const stop = () => {
    clearTimeout(timer);
    resolve();
  };
  client.once("close", stop);
  return promise.finally(() => client.off("close", stop));
}

function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
