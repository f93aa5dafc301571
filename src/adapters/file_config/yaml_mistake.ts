import type { ErrorCode } from "yaml";

/** The parser's own messages quote the file, and the file may hold a secret: these are ours, one for each of its codes. */
export function yamlMistake(code: ErrorCode): string {
  return sentences[code];
}

const sentences: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "An alias can have neither an anchor nor a tag.",
  BAD_ALIAS: "The name of this anchor or alias cannot be used.",
  BAD_COLLECTION_TYPE: "This tag does not fit what follows it.",
  BAD_DIRECTIVE: "This % directive is not known.",
  BAD_DQ_ESCAPE: "This backslash escape is not known. Write \\\\ for a backslash, or use single quotes.",
  BAD_INDENT: "The indentation does not fit the lines above, or a bracket is not closed.",
  BAD_PROP_ORDER: "Anchors and tags come after the - or ? of their line.",
  BAD_SCALAR_START: "A text cannot begin with this character. Put it in quotes.",
  BLOCK_AS_IMPLICIT_KEY: "Two keys stand on one line. Put the second on a line of its own, or its text in quotes.",
  BLOCK_IN_FLOW: "Inside { } and [ ] everything needs brackets and commas.",
  DUPLICATE_KEY: "This key stands twice.",
  IMPOSSIBLE: "This cannot be read.",
  KEY_OVER_1024_CHARS: "This key is too long. Is a line break or a quote missing?",
  MISSING_CHAR: "Something is missing here: a quote, a comma, a colon or the space after it.",
  MULTILINE_IMPLICIT_KEY: "A key must stand on one line. Is a colon missing?",
  MULTIPLE_ANCHORS: "A value can have only one anchor.",
  MULTIPLE_DOCS: "The file holds a second document. Remove the --- before it.",
  MULTIPLE_TAGS: "A value can have only one tag.",
  NON_STRING_KEY: "A key must be a plain name.",
  RESOURCE_EXHAUSTION: "This is nested too deeply to be read.",
  TAB_AS_INDENT: "A tab cannot indent. Use spaces.",
  TAG_RESOLVE_FAILED: "This ! tag is not known. If it is text, put it in quotes.",
  UNEXPECTED_TOKEN: "This does not belong here. Is a quote, a bracket or a line break missing before it?",
};
