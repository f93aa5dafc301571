/** A part of a mail that FETCH can ask for. Numbered MIME parts are not among them: this server never looks into a body. */
export type Section =
  | { readonly kind: "all" }
  | { readonly kind: "header" }
  | { readonly kind: "text" }
  | { readonly kind: "fields"; readonly names: readonly string[]; readonly except: boolean };

const emptyLine = Buffer.from("\r\n\r\n");

/** The bytes of a section (RFC 9051 section 6.4.5.1); headers come with their empty line. */
export function sectionOf(raw: Buffer, section: Section): Buffer {
  switch (section.kind) {
    case "all":
      return raw;
    case "header":
      return raw.subarray(0, bodyStart(raw));
    case "text":
      return raw.subarray(bodyStart(raw));
    case "fields":
      return pickFields(raw, section.names, section.except);
  }
}

function bodyStart(raw: Buffer): number {
  if (raw[0] === 0x0d && raw[1] === 0x0a) return 2; // no header at all
  const at = raw.indexOf(emptyLine);
  return at === -1 ? raw.length : at + emptyLine.length;
}

function pickFields(raw: Buffer, names: readonly string[], except: boolean): Buffer {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const picked = headerFields(raw).filter((field) => wanted.has(field.name) !== except);
  return Buffer.from(`${picked.map((field) => field.source).join("")}\r\n`, "latin1");
}

export interface HeaderField {
  /** In small letters. */
  readonly name: string;
  /** Unfolded and without the name; not decoded. */
  readonly value: string;
  /** As it stands in the mail, with its line ends, one character per byte. */
  readonly source: string;
}

export function headerFields(raw: Buffer): HeaderField[] {
  const header = raw.toString("latin1", 0, bodyStart(raw));
  return Array.from(
    header.matchAll(/^([^\s:]+)[ \t]*:((?:.*(?:\r\n[ \t]))*.*)(?:\r\n|$)/gm),
    ([source, name = "", value = ""]) => ({
      name: name.toLowerCase(),
      value: value.replace(/\r\n(?=[ \t])/g, "").trim(),
      source,
    }),
  );
}
