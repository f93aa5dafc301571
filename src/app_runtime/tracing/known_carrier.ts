import type { TraceCarrier } from "../contracts/task.ts";
import { formatTraceparent, parseTraceparent, type TraceParent } from "./traceparent.ts";

/**
 * A carrier that was made here. Known by its class, so that within one node process nobody checks its text again for
 * every task; once it has crossed a database it is a plain object and is checked like any other.
 */
export class KnownCarrier implements TraceCarrier {
  readonly traceparent: string;

  constructor(traceparent: string) {
    this.traceparent = traceparent;
  }
}

/** The position a carrier names; undefined when it names none that is valid. */
export function positionOf(carrier: TraceCarrier | undefined): TraceParent | undefined {
  if (!(carrier instanceof KnownCarrier)) return parseTraceparent(carrier?.traceparent);
  const { traceparent } = carrier;
  const flags = Number.parseInt(traceparent.slice(53), 16);
  return { traceId: traceparent.slice(3, 35), spanId: traceparent.slice(36, 52), flags };
}

/** The recommendation lets anyone drop a longer one. */
const longestTracestate = 512;

/** @param tracestate what other vendors keep with the trace. */
export function newCarrier(position: TraceParent, tracestate: string | undefined): TraceCarrier {
  const traceparent = formatTraceparent(position);
  return tracestate === undefined || tracestate.length > longestTracestate
    ? new KnownCarrier(traceparent)
    : { traceparent, tracestate };
}
