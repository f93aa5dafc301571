import { didYouMean } from "../../base/closest_name.ts";
import type { ConfigNode } from "../../contracts/config_provider.ts";
import type { LeafKey } from "../../contracts/config_schema.ts";
import { elementExpectation, expectation, fitsElement, isEnum, isSecretKey, mayBeWrittenAs } from "./formats.ts";
import { describeNode, describeValue, type ReadContext, type WrittenLeaf } from "./read_context.ts";
import { resolveText } from "./references.ts";

/** The written value, or undefined when it cannot even be looked at; then the problem is reported. */
export function readLeaf(key: LeafKey, node: ConfigNode, path: string, context: ReadContext): WrittenLeaf | undefined {
  if (isSecretKey(key)) rememberTexts(node, context);
  const before = context.problems.length;
  const references: string[] = [];
  const traits = { secret: isSecretKey(key) };
  const resolve = (item: ConfigNode, itemPath: string): unknown => {
    if (item.kind !== "scalar") return shapeMisfit(item, itemPath);
    if (typeof item.value !== "string") return item.value;
    const resolved = resolveText(item.value, context.references);
    for (const failure of resolved.failures) context.report("MISSING", { path: itemPath, node: item }, failure);
    references.push(...resolved.references);
    if (resolved.fromSecret) traits.secret = true;
    if (traits.secret) for (const piece of [...resolved.pieces, resolved.text]) context.secretTexts.add(piece);
    return resolved.text;
  };
  const shapeMisfit = (item: ConfigNode, itemPath: string) => {
    const wanted = item === node ? expectation(key) : "a text";
    context.report("VALUE", { path: itemPath, node: item }, `expected ${wanted}, got ${describeNode(item)}.`);
  };

  const isList = key.format === "list" && node.kind === "list";
  const value = isList ? node.items.map((item, i) => resolve(item, `${path}[${i}]`)) : resolve(node, path);
  if (context.problems.length > before) return undefined;
  const written: WrittenLeaf = { key, path, node, value, secret: traits.secret, references };
  if (mayBeWrittenAs(key, value)) return written;
  reportMisfit(written, context);
  return undefined;
}

/** The value does not fit its key: says what would, and what stands there unless it is secret. */
export function reportMisfit(written: WrittenLeaf, context: ReadContext, code: "VALUE" | "KIND" = "VALUE"): void {
  const { key, path, node, value } = written;
  if (key.format === "list" && node.kind === "list" && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (fitsElement(key.of, item)) continue;
      const at = { path: `${path}[${index}]`, node: node.items[index] };
      context.report("VALUE", at, `expected ${elementExpectation(key.of)}, got ${shown(written, item)}.`);
    }
    return;
  }
  const message = `expected ${expectation(key)}, got ${shown(written, value)}.`;
  context.report(code, { path, node }, message, written.secret ? undefined : cureFor(key, value));
}

function shown(written: WrittenLeaf, value: unknown): string {
  return written.secret ? "a value that is not shown" : describeValue(value);
}

function cureFor(key: LeafKey, value: unknown): string | undefined {
  if (isEnum(key.format)) return typeof value === "string" ? didYouMeanOne(value, key.format) : undefined;
  if (typeof value !== "number" && typeof value !== "boolean") return undefined;
  if (key.format === "duration" || key.format === "size") return "A number alone has no unit.";
  return key.format === "boolean" || typeof key.default === "number" ? undefined : "Put it in quotes.";
}

/** The expectation already lists all words. */
function didYouMeanOne(value: string, words: readonly string[]): string | undefined {
  const hint = didYouMean(value, words);
  return hint?.startsWith("Did you mean") ? hint : undefined;
}

/** A secret written where it does not belong must not come out of the message that says so. */
function rememberTexts(node: ConfigNode, context: ReadContext): void {
  if (node.kind === "scalar" && !String(node.value).includes("${")) context.secretTexts.add(String(node.value));
  if (node.kind === "list") for (const item of node.items) rememberTexts(item, context);
  if (node.kind === "map") for (const child of node.entries.values()) rememberTexts(child, context);
}
