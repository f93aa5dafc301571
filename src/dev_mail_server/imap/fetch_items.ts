import { CommandArguments } from "./command_arguments.ts";
import type { Section } from "./mail_sections.ts";
import { ImapSyntaxError, parseValues, type Value } from "./values.ts";

/** What FETCH asks for. `label` is how the answer names it. */
export type FetchItem =
  | { readonly kind: "uid" }
  | { readonly kind: "flags" }
  | { readonly kind: "internal_date" }
  | { readonly kind: "size" }
  | {
      readonly kind: "body";
      readonly label: string;
      readonly section: Section;
      readonly partial?: { readonly start: number; readonly length: number };
      /** BODY[] without PEEK sets \Seen. */
      readonly setsSeen: boolean;
    };

const fast: readonly FetchItem[] = [{ kind: "flags" }, { kind: "internal_date" }, { kind: "size" }];

/** @throws {ImapSyntaxError} also for items this server does not offer */
export function parseFetchItems(values: readonly Value[]): FetchItem[] {
  return values.flatMap((value) => {
    if (value.kind !== "atom") throw new ImapSyntaxError("Expected names of fetch items");
    return parseFetchItem(value.text);
  });
}

function parseFetchItem(text: string): readonly FetchItem[] {
  const name = text.toUpperCase();
  switch (name) {
    case "UID":
      return [{ kind: "uid" }];
    case "FLAGS":
      return [{ kind: "flags" }];
    case "INTERNALDATE":
      return [{ kind: "internal_date" }];
    case "RFC822.SIZE":
      return [{ kind: "size" }];
    case "FAST":
      return fast;
    case "RFC822":
      return [{ kind: "body", label: name, section: { kind: "all" }, setsSeen: true }];
    case "RFC822.HEADER":
      return [{ kind: "body", label: name, section: { kind: "header" }, setsSeen: false }];
    case "RFC822.TEXT":
      return [{ kind: "body", label: name, section: { kind: "text" }, setsSeen: true }];
    default:
      return [parseBodyItem(text)];
  }
}

function parseBodyItem(text: string): FetchItem {
  const match = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,10})\.(\d{1,10})>)?$/i.exec(text);
  if (match === null) {
    throw new ImapSyntaxError(
      `${text} is not offered by the development mail server; fetch headers or the whole source`,
    );
  }
  const [, peek, section = "", start, length] = match;
  const label = `BODY[${section.toUpperCase()}]${start === undefined ? "" : `<${start}>`}`;
  const item = { kind: "body", label, section: parseSection(section), setsSeen: peek === undefined } as const;
  return start === undefined ? item : { ...item, partial: { start: Number(start), length: Number(length) } };
}

function parseSection(text: string): Section {
  const args = new CommandArguments(parseValues([{ kind: "text", text }]));
  if (args.left === 0) return { kind: "all" };
  const name = args.word("section");
  switch (name) {
    case "HEADER":
      return { kind: "header" };
    case "TEXT":
      return { kind: "text" };
    case "HEADER.FIELDS":
    case "HEADER.FIELDS.NOT": {
      const fields = new CommandArguments(args.list("header names"));
      const names = Array.from({ length: fields.left }, () => fields.text("header name"));
      return { kind: "fields", names, except: name === "HEADER.FIELDS.NOT" };
    }
    default:
      throw new ImapSyntaxError(
        `Section ${name} is not offered by the development mail server; fetch the whole source`,
      );
  }
}
