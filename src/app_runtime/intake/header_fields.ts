/** The two header fields a source needs before anybody parses the mail. */
export interface HeaderFields {
  /** The Message-ID header without its angle brackets. */
  readonly messageId?: string;
  /** The address in the From header, lower case. Anyone can write anything there. */
  readonly from?: string;
}

/** Headers larger than this are cut: no honest mail has its From behind so many others. */
const headerLimit = 64 * 1024;

/** Fields longer than this many characters are cut: what we look for stands at the beginning of an honest one. */
const fieldLimit = 2_000;

/** Reads Message-ID and From out of raw bytes (RFC 5322 §2.2), of a whole mail or of its header alone. Never throws. */
export function headerFields(raw: Uint8Array): HeaderFields {
  const header = headerText(raw);
  const messageId = messageIdIn(fieldBody(header, "message-id"));
  const from = addressIn(fieldBody(header, "from"));
  return { ...(messageId === undefined ? {} : { messageId }), ...(from === undefined ? {} : { from }) };
}

function headerText(raw: Uint8Array): string {
  const start = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, headerLimit)).toString("latin1");
  const end = /\r?\n\r?\n/.exec(start);
  return end === null ? start : start.slice(0, end.index);
}

/** The beginning of the first field of that name, unfolded; undefined when there is none. */
function fieldBody(header: string, name: string): string | undefined {
  const field = new RegExp(`^${name}[ \\t]*:(.*(?:\\r?\\n[ \\t].*)*)`, "im").exec(header);
  return field?.[1]
    ?.slice(0, fieldLimit)
    .replace(/\r?\n[ \t]/g, " ")
    .trim();
}

function messageIdIn(body: string | undefined): string | undefined {
  const id = /<([^<>\s]+)>/.exec(body ?? "")?.[1] ?? /^\S+$/.exec(body ?? "")?.[0];
  return id?.slice(0, 998);
}

/** The address in angle brackets, else the first word with an @; quoted display names may hold anything. */
function addressIn(body: string | undefined): string | undefined {
  const unquoted = withoutQuoted(body ?? "");
  const address =
    /<\s*([^<>\s]{1,64}@[^<>\s]{1,255})\s*>/.exec(unquoted)?.[1] ??
    unquoted.split(/[\s<>,;:()]+/).find((word) => /^.{1,64}@.{1,255}$/.test(word));
  return address?.toLowerCase();
}

/**
 * A quote that is never closed is none. It is matched all the same, to the end: were it not, each quote behind it would be
 * tried as the beginning of another one.
 */
function withoutQuoted(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*("|\\?$)/gs, (quoted, end) => (end === '"' ? " " : quoted));
}
