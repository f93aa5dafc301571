/** A position in a trace, as https://www.w3.org/TR/trace-context/#traceparent-header writes it. */
export interface TraceParent {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  /** Bit 0: the caller recorded it. */
  readonly flags: number;
}

const shape = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/s;

/**
 * Undefined for anything the recommendation calls invalid: such a carrier is ignored and a new trace begins. A version
 * after 00 may carry more fields behind the flags; of those flags only "sampled" is known to us (section 4.3).
 */
export function parseTraceparent(text: string | undefined): TraceParent | undefined {
  const match = text === undefined ? null : shape.exec(text);
  if (match === null) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", more] = match;
  if (version === "00" && more !== undefined) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & (version === "00" ? 0xff : 0x01) };
}

export function formatTraceparent({ traceId, spanId, flags }: TraceParent): string {
  return `00-${traceId}-${spanId}-${flags < 16 ? "0" : ""}${flags.toString(16)}`;
}
