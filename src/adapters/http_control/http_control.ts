import type { FastifyInstance } from "fastify";
import type { Component } from "../../app_runtime/contracts/component.ts";
import { type ControlParts, defaultLimits, type ServerLimits } from "./control_parts.ts";
import { EventCounts } from "./event_counts.ts";
import { type ControlConfig, loopbackHosts } from "./http_control_schema.ts";
import { ControlHostRefusedError, listenError } from "./listen_errors.ts";

/**
 * The control plane over HTTP, on this machine only. It listens early and until the end, so that probes have an answer
 * while the rest boots or drains. What it is made of is imported in load(), beside the loading of others.
 */
export class HttpControl implements Component {
  readonly name = "http_control";
  readonly needs: readonly string[] = [];
  readonly #parts: ControlParts;
  readonly #config: ControlConfig;
  readonly #limits: ServerLimits;
  readonly #counts = new EventCounts();
  #counting: Disposable | undefined;
  #server: FastifyInstance | undefined;

  /** @throws {ControlHostRefusedError} for an address others could reach. */
  constructor(parts: ControlParts & { readonly config: ControlConfig; readonly limits?: Partial<ServerLimits> }) {
    if (!loopbackHosts.includes(parts.config.host)) throw new ControlHostRefusedError(parts.config.host);
    this.#parts = parts;
    this.#config = parts.config;
    this.#limits = { ...defaultLimits, ...parts.limits };
  }

  /** "http://127.0.0.1:8080"; undefined while it does not listen. */
  get url(): string | undefined {
    const address = this.#server?.server.address();
    if (typeof address !== "object" || address === null) return undefined;
    return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
  }

  async load(): Promise<void> {
    this.#counting ??= this.#parts.events.subscribe(this.#counts.read);
    const { controlServer } = await import("./control_server.ts");
    this.#server ??= controlServer(this.#parts, this.#counts, this.#limits);
  }

  /** @throws {ControlPortTakenError}, {ControlListenError} */
  async start(): Promise<void> {
    await this.load();
    try {
      await this.#server?.listen({ host: this.#config.host, port: this.#config.port });
    } catch (thrown) {
      throw listenError(this.#config, thrown);
    }
    this.#announce();
  }

  /** Cuts off whoever is still connected: nothing it serves is worth waiting for. */
  async stop(): Promise<void> {
    this.#counting?.[Symbol.dispose]();
    this.#counting = undefined;
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  #announce(): void {
    const url = this.url ?? "";
    this.#parts.events.emit({
      kind: "unit.fact",
      unit: `component:${this.name}`,
      code: "CONTROL_LISTENING",
      level: "info",
      message: `The control plane answers at ${url}; see ${url}/status?format=text.`,
      fields: { url },
    });
  }
}
