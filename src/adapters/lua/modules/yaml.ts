import { type Document, isScalar, LineCounter, parseDocument, stringify, visit, type YAMLMap } from "yaml";
import type { LuaValue } from "../engine/lane_values.ts";
import { failure, type HostFunction, invalid } from "./host_function.ts";

/** The lane stands still meanwhile: up to half a second for the longest. */
const maxKiB = 256;
/** A document may say a part again, but not so often that a few lines become millions. */
const maxAliases = 100;

/** Of the Lua module `yaml`. What is to be encoded comes as JSON, whose rules hold for it too. */
export const yamlFunctions: Readonly<Record<string, HostFunction>> = { decode, encode };

/** Pretty errors take as long as the document for each. */
const options = { intAsBigInt: true, merge: true, uniqueKeys: false, prettyErrors: false, logLevel: "silent" } as const;

function decode(text: LuaValue | undefined): unknown {
  if (typeof text !== "string") throw invalid("the YAML is no UTF-8");
  if (text === "") throw invalid("input cannot be empty");
  checkSize(text);
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, { ...options, lineCounter: lines });
    const [wrong] = document.errors;
    if (wrong?.message.startsWith("Maximum call stack")) throw new RangeError(wrong.message);
    if (wrong !== undefined)
      throw failure("Internal", `invalid YAML at line ${lines.linePos(wrong.pos[0]).line}: ${wrong.message}`);
    checkParts(document);
    return document.toJS({ maxAliasCount: maxAliases, mapAsMap: true, reviver: (_key, value) => fitting(value) });
  } catch (error) {
    if (error instanceof RangeError) throw invalid("the YAML is nested too deep");
    if (error instanceof ReferenceError) throw invalid(`the YAML repeats itself too often: ${error.message}`);
    throw error;
  }
}

function encode(json: LuaValue | undefined): string {
  checkSize(String(json));
  const text = stringify(JSON.parse(String(json), exact as Parameters<typeof JSON.parse>[1]), { lineWidth: 0 });
  checkSize(text);
  return text;
}

function checkSize(text: string): void {
  if (text.length > maxKiB << 10) throw invalid(`the YAML is larger than ${maxKiB} KiB`);
}

/** In one walk what the library looks for by comparing all with all: keys that are there twice, and too many aliases. */
function checkParts(document: Document.Parsed): void {
  let aliases = 0;
  visit(document, {
    Alias: () => {
      if (++aliases > maxAliases) throw invalid(`the YAML repeats itself more than ${maxAliases} times`);
    },
    Map: (_key, map) => checkKeys(map),
  });
}

function checkKeys(map: YAMLMap): void {
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    if (!isScalar(key) || key.value === "<<") continue;
    if (seen.has(key.value)) throw failure("Internal", `the YAML has the key ${String(key.value)} twice in one map`);
    seen.add(key.value);
  }
}

/** An integer that 64 bits do not hold becomes a float, as in JSON. */
function fitting(value: unknown): unknown {
  return typeof value === "bigint" && BigInt.asIntN(64, value) !== value ? Number(value) : value;
}

/** Keeps integers that a number of JavaScript does not hold. */
function exact(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  const isLarge = typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source ?? "");
  return isLarge ? BigInt(context.source ?? 0) : value;
}
