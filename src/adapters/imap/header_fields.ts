/** The two header fields a source needs before anybody parses the mail. */
export interface HeaderFields {
  readonly messageId?: string;
  readonly from?: string;
}

/** Headers larger than this are cut: no honest mail has its From behind so many others. */
const headerLimit = 64 * 1024;

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

/** The first field of that name, unfolded; undefined when there is none. */
function fieldBody(header: string, name: string): string | undefined {
  const field = new RegExp(`^${name}[ \\t]*:(.*(?:\\r?\\n[ \\t].*)*)`, "im").exec(header);
  return field?.[1]?.replace(/\r?\n[ \t]/g, " ").trim();
}

function messageIdIn(body: string | undefined): string | undefined {
  const id = /<([^<>\s]+)>/.exec(body ?? "")?.[1] ?? /^\S+$/.exec(body ?? "")?.[0];
  return id?.slice(0, 998);
}

/** The address in angle brackets, else the first word with an @; quoted display names may hold anything. */
function addressIn(body: string | undefined): string | undefined {
  const unquoted = (body ?? "").replace(/"(?:[^"\\]|\\.)*"/g, " ");
  const address =
    /<\s*([^<>\s]+@[^<>\s]+)\s*>/.exec(unquoted)?.[1] ?? /[^\s<>,;:()]+@[^\s<>,;:()]+/.exec(unquoted)?.[0];
  return address?.toLowerCase().slice(0, 320);
}
