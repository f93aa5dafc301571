import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";

import type {
  ConfigLayer,
  ConfigPlace,
  ConfigProblem,
  ConfigProblemCode,
} from "../../app_runtime/contracts/config_provider.ts";
import { DocumentWalk } from "./document_walk.ts";
import { jsonMistake } from "./json_mistake.ts";
import { yamlMistake } from "./yaml_mistake.ts";

/** One missing bracket makes many errors; the first ones tell the story. */
const maxSyntaxProblems = 10;

export type ConfigSyntax = "yaml" | "json";

/** Reads a whole file. Whatever the text is, the answer is a layer, and each problem has its line. */
export function parseConfigText(text: string, file: ConfigPlace, syntax: ConfigSyntax): ConfigLayer {
  const lines = new LineCounter();
  const placeAt = (offset: number): ConfigPlace => {
    const { line, col } = lines.linePos(offset);
    return { ...file, line, column: col };
  };
  const problem = (code: ConfigProblemCode, offset: number, message: string): ConfigProblem => ({
    code,
    path: "",
    message,
    place: placeAt(offset),
  });

  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false, // the sentences are ours
    logLevel: "error", // "silent" would hide a second document
    stringKeys: true,
    uniqueKeys: false, // the walk looks for duplicates: here it would take the square of the number of keys
    resolveKnownTags: false,
  });
  const mistakes = [...document.errors, ...document.warnings].slice(0, maxSyntaxProblems);
  if (mistakes.length > 0) {
    return {
      problems: mistakes.map(({ code, pos }) =>
        problem(code === "RESOURCE_EXHAUSTION" ? "LIMIT" : "SYNTAX", pos[0], yamlMistake(code)),
      ),
    };
  }

  if (document.contents !== null && !holdsKeys(document.contents)) {
    const message = "A configuration begins with keys, such as `platform:`; this is a list or a single text.";
    return { problems: [problem("SYNTAX", document.contents.range?.[0] ?? 0, message)] };
  }
  const walk = new DocumentWalk({ placeAt, problem, syntax });
  const root = walk.read(document.contents);
  const notJson = syntax === "json" && walk.problems.length === 0 ? jsonMistake(text) : undefined;
  const problems = notJson === undefined ? walk.problems : [problem("SYNTAX", notJson.offset, notJson.message)];
  return root === undefined ? { problems } : { root, problems };
}

/** Nothing at all is fine, too: a file of comments. */
function holdsKeys(contents: Node): boolean {
  return isMap(contents) || (isScalar(contents) && contents.value === null);
}
