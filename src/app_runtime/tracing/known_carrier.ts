import type { TraceCarrier } from "../contracts/task.ts";
import { formatTraceparent, parseTraceparent, type TraceParent } from "./traceparent.ts";

/**
 * A carrier that was made here. Known by its class, so that within one node process nobody checks its text again for
 * every task; once it has crossed a database it is a plain object and is checked like any other.
 */
export class KnownCarrier implements TraceCarrier {
  readonly traceparent: string;
  #position: TraceParent | undefined;

  /** @param position what `traceparent` says, where it is known already. */
  constructor(traceparent: string, position?: TraceParent) {
    this.traceparent = traceparent;
    this.#position = position;
  }

  get position(): TraceParent {
    this.#position ??= {
      traceId: this.traceparent.slice(3, 35),
      spanId: this.traceparent.slice(36, 52),
      flags: Number.parseInt(this.traceparent.slice(53), 16),
    };
    return this.#position;
  }
}

/** The position a carrier names; undefined when it names none that is valid. */
export function positionOf(carrier: TraceCarrier | undefined): TraceParent | undefined {
  return carrier instanceof KnownCarrier ? carrier.position : parseTraceparent(carrier?.traceparent);
}

/** The recommendation lets anyone drop a longer one. */
const longestTracestate = 512;

/** @param tracestate what other vendors keep with the trace. */
export function newCarrier(position: TraceParent, tracestate: string | undefined): TraceCarrier {
  const traceparent = formatTraceparent(position);
  return tracestate === undefined || tracestate.length > longestTracestate
    ? new KnownCarrier(traceparent, position)
    : { traceparent, tracestate };
}
