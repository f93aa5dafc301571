import { parseDocument, stringify } from "yaml";
import type { LuaValue } from "../engine/lane_values.ts";
import { failure, type HostFunction, invalid } from "./host_function.ts";

/** The lane stands still meanwhile: some 100 ms for each. */
const maxMiB = 1;
/** A document may say a part again, but not so often that a few lines become millions. */
const maxAliases = 100;

/** Of the Lua module `yaml`. What is to be encoded comes as JSON, whose rules hold for it too. */
export const yamlFunctions: Readonly<Record<string, HostFunction>> = { decode, encode };

function decode(text: LuaValue | undefined): unknown {
  if (typeof text !== "string") throw invalid("the YAML is no UTF-8");
  if (text === "") throw invalid("input cannot be empty");
  checkSize(text);
  try {
    const document = parseDocument(text, { intAsBigInt: true, merge: true, logLevel: "silent" });
    const [wrong] = document.errors;
    if (wrong?.message.startsWith("Maximum call stack")) throw new RangeError(wrong.message);
    if (wrong !== undefined) throw failure("Internal", wrong.message);
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
  if (text.length > maxMiB << 20) throw invalid(`the YAML is larger than ${maxMiB} MiB`);
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
