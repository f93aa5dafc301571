/** The kind and version of the task that an order mail becomes. */
export const orderMailTaskKind = "order_mail";
export const orderMailVersion = 1;

/** What a task says of an order mail. */
export interface OrderMailPayload {
  /** Absent when the mail was too large to fetch. */
  readonly blob?: { readonly sha256: string; readonly size: number };
  /** Without angle brackets. */
  readonly messageId?: string;
  /** Lower case; anybody can write anything there. */
  readonly from?: string;
  /** Bytes. */
  readonly size: number;
  /** When our server got it, in milliseconds since 1970 UTC. */
  readonly internalDate: number;
}

/** The payload of a task, or a sentence that says why it is not one. */
export function readOrderMailPayload(kind: string, version: number, payload: unknown): OrderMailPayload | string {
  if (kind !== orderMailTaskKind) return `its kind is "${kind}", not "${orderMailTaskKind}"`;
  if (version !== orderMailVersion) return `its version is ${version}, and this bot knows ${orderMailVersion}`;
  if (typeof payload !== "object" || payload === null) return "its payload is not an object";
  const { size, internalDate, blob, messageId, from } = payload as Record<string, unknown>;
  if (typeof size !== "number" || typeof internalDate !== "number") return "size and internalDate must be numbers";
  const ref = blob === undefined ? undefined : readBlobRef(blob);
  if (typeof ref === "string") return ref;
  return {
    size,
    internalDate,
    ...(ref === undefined ? {} : { blob: ref }),
    ...(typeof messageId === "string" ? { messageId } : {}),
    ...(typeof from === "string" ? { from } : {}),
  };
}

function readBlobRef(blob: unknown): { readonly sha256: string; readonly size: number } | string {
  const { sha256, size } = Object(blob) as Record<string, unknown>;
  const isHash = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
  return isHash && typeof size === "number" ? { sha256, size } : "its blob reference is malformed";
}
