import type { TraceCarrier } from "../contracts/task.ts";
import type { Trace } from "../contracts/trace_factory.ts";
import type { IdMint } from "./id_mint.ts";
import { KnownCarrier, newCarrier, positionOf } from "./known_carrier.ts";

/**
 * A span that nobody records: it only has ids, so that logs, dead letters and audit can name the trace. One is made for
 * every publish and every delivery, so it makes each text when it is first asked for.
 */
export class MintedTrace implements Trace {
  readonly #mint: IdMint;
  readonly #incoming: TraceCarrier | undefined;
  #carrier: TraceCarrier | undefined;

  /** @param incoming the carrier whose trace is continued; a missing or invalid one begins a new trace. */
  constructor(mint: IdMint, incoming: TraceCarrier | undefined) {
    this.#mint = mint;
    this.#incoming = incoming;
  }

  get traceId(): string {
    const known = this.#incoming instanceof KnownCarrier ? this.#incoming : this.carrier;
    return (known.traceparent as string).slice(3, 35);
  }

  get carrier(): TraceCarrier {
    this.#carrier ??= this.#newCarrier();
    return this.#carrier;
  }

  set(): void {}

  event(): void {}

  fail(): void {}

  child(): Trace {
    return new MintedTrace(this.#mint, this.carrier);
  }

  run<T>(work: () => T): T {
    return work();
  }

  end(): void {}

  /** We record nothing, so we pass on what came: the sampling flag and the state of other vendors. */
  #newCarrier(): TraceCarrier {
    const parent = positionOf(this.#incoming);
    if (parent === undefined) return new KnownCarrier(this.#mint.newTraceparent());
    return newCarrier({ ...parent, spanId: this.#mint.newSpanId() }, this.#incoming?.tracestate);
  }
}
