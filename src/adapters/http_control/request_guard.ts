import { RequestRefusedError } from "./request_refused_error.ts";

/** What of a request decides whether it may come in. */
export interface RequestOrigin {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Keeps web pages out. A page of any site may send requests to this machine, and after DNS rebinding even reads the
 * answers; but it cannot hide the name it was reached by (Host) nor, when it writes, where it comes from (Origin).
 * @throws {RequestRefusedError}
 */
export function guardOrigin({ host, origin }: RequestOrigin, port: number): void {
  if (host === undefined || !namesThisMachine(host, port)) {
    throw new RequestRefusedError(
      "HTTP_HOST_REFUSED",
      `The control plane answers only to 127.0.0.1, [::1] or localhost with port ${port}, not to "${host ?? ""}".`,
    );
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    throw new RequestRefusedError("HTTP_ORIGIN_REFUSED", `Pages of "${origin}" may not use the control plane.`);
  }
}

/**
 * Requires JSON of whatever acts: a page of another site cannot send that without asking first (a CORS preflight), and it
 * is never allowed. @throws {RequestRefusedError}
 */
export function guardMediaType(contentType: string | undefined): void {
  const mediaType = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    throw new RequestRefusedError(
      "HTTP_MEDIA_TYPE",
      `Send JSON, with Content-Type: application/json; got ${contentType === undefined ? "none" : `"${contentType}"`}.`,
    );
  }
}

function namesThisMachine(host: string, port: number): boolean {
  const wanted = host.toLowerCase();
  const names = ["127.0.0.1", "localhost", "[::1]"];
  return names.some((name) => wanted === `${name}:${port}` || (port === 80 && wanted === name));
}
