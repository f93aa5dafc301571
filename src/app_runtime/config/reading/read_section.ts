import { didYouMean } from "../../base/closest_name.ts";
import type { ConfigMap, ConfigNode } from "../../contracts/config_provider.ts";
import type { LeafKey, Schema, SchemaKey } from "../../contracts/config_schema.ts";
import { joinPath } from "../config_problem.ts";
import { isUsableName } from "../config_shape.ts";
import { childOf } from "../layers/config_tree.ts";
import { saysNothing } from "../layers/merge_layers.ts";
import { expectation, isSecretKey } from "./formats.ts";
import type { ConfigValues, ReadContext, WrittenLeaf } from "./read_context.ts";
import { readLeaf, reportMisfit } from "./read_leaf.ts";
import { referenceForms } from "./references.ts";
import { settle } from "./section_engine.ts";

/** What a section is read from. */
export interface SectionSource {
  readonly schema: Schema;
  /** Absent: the section consists of its defaults. */
  readonly node: ConfigNode | undefined;
  readonly path: string;
  /** Where to point when a key is missing and the section itself stands nowhere. */
  readonly parent?: ConfigNode | undefined;
}

/** Parses one section and everything below it, reporting whatever is wrong; what cannot be read is left out. */
export function readSection(source: SectionSource, context: ReadContext): ConfigValues {
  const { schema, path } = source;
  const node = presentMap(source.node, path, context);
  if (node === "misshapen") return {};
  if (node !== undefined) context.places.set(path, node.place);
  reportUnknownKeys(schema, node, path, context);
  const leaves = readLeaves({ ...source, node }, context);
  const values: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(schema)) {
    const child = childOf(node, name);
    const value = isLeaf(key)
      ? leaves[name]
      : readBelow(key, { node: child, path: joinPath(path, name), parent: node ?? source.parent }, context);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function presentMap(
  node: ConfigNode | undefined,
  path: string,
  context: ReadContext,
): ConfigMap | undefined | "misshapen" {
  if (node === undefined || saysNothing(node)) return undefined;
  if (node.kind === "map") return node;
  // Not shown: a value in the place of a section may be anything, also a secret.
  const got = node.kind === "list" ? "a list" : "a single value";
  context.report("VALUE", { path, node }, `expected a section with keys of its own, got ${got}.`);
  return "misshapen";
}

function reportUnknownKeys(schema: Schema, node: ConfigNode | undefined, path: string, context: ReadContext): void {
  if (node?.kind !== "map") return;
  for (const [name, child] of node.entries) {
    if (Object.hasOwn(schema, name)) continue;
    const hint = didYouMean(name, Object.keys(schema));
    context.report("UNKNOWN_KEY", { path: joinPath(path, name), node: child }, "is not a key here.", hint);
  }
}

type Below = Pick<SectionSource, "node" | "path" | "parent">;

function readBelow(key: Exclude<SchemaKey, LeafKey>, below: Below, context: ReadContext): unknown {
  if (key.format === "section") {
    if (key.optional === true && (below.node === undefined || saysNothing(below.node))) return undefined;
    return readSection({ schema: key.of, ...below }, context);
  }
  const node = presentMap(below.node, below.path, context);
  if (node === "misshapen" || node === undefined) return {};
  context.places.set(below.path, node.place);
  const entries: [string, ConfigValues][] = [];
  for (const [name, child] of node.entries) {
    const path = joinPath(below.path, name);
    if (reportBadName(name, child, path, context)) continue;
    entries.push([name, readSection({ schema: key.of, node: child, path, parent: node }, context)]);
  }
  return Object.fromEntries(entries);
}

/** True when the name cannot be used; then it is reported. */
export function reportBadName(name: string, node: ConfigNode, path: string, context: ReadContext): boolean {
  if (isUsableName(name)) return false;
  const message = "is no usable name. Names start with a letter, then letters, digits, - and single _, 64 at most.";
  context.report("NAME", { path, node }, message);
  return true;
}

function readLeaves(source: SectionSource, context: ReadContext): Readonly<Record<string, unknown>> {
  const keys = new Map(Object.entries(source.schema).filter((entry): entry is [string, LeafKey] => isLeaf(entry[1])));
  const written = new Map<string, WrittenLeaf>();
  for (const [name, key] of keys) {
    const child = childOf(source.node, name);
    const path = joinPath(source.path, name);
    if (child === undefined || saysNothing(child)) {
      if (key.default === null && key.optional !== true)
        reportMissing(key, path, child ?? source.node ?? source.parent, context);
      continue;
    }
    const leaf = readLeaf(key, child, path, context);
    if (leaf === undefined) keys.delete(name);
    else written.set(name, leaf);
  }
  return settleLeaves(keys, written, source.path, context);
}

function settleLeaves(
  keys: ReadonlyMap<string, LeafKey>,
  written: ReadonlyMap<string, WrittenLeaf>,
  path: string,
  context: ReadContext,
): Readonly<Record<string, unknown>> {
  const { values, misfits } = settle(keys, Object.fromEntries([...written].map(([name, leaf]) => [name, leaf.value])));
  const settled: Record<string, unknown> = {};
  for (const [name, key] of keys) {
    const value = values[name];
    const leaf = written.get(name);
    if (value === null || value === undefined) continue;
    if (misfits.has(name)) {
      if (leaf === undefined) reportBadDefault(key, joinPath(path, name), context);
      else reportMisfit(leaf, context);
      continue;
    }
    settled[name] = value;
    if (leaf === undefined) context.keepDefault(key, joinPath(path, name), value);
    else context.keep(leaf, value);
  }
  return settled;
}

function reportMissing(key: LeafKey, path: string, node: ConfigNode | undefined, context: ReadContext): void {
  const hint = isSecretKey(key) ? `Write ${referenceForms}.` : undefined;
  context.report("REQUIRED", { path, node }, `is required and not set; expected ${expectation(key)}.`, hint);
}

function reportBadDefault(key: LeafKey, path: string, context: ReadContext): void {
  const message = `has a default that its schema refuses: expected ${expectation(key)}, got ${describeDefault(key)}.`;
  context.report("VALUE", { path }, message);
}

function describeDefault(key: LeafKey): string {
  const value = JSON.stringify(key.default);
  return isSecretKey(key) ? "a value that is not shown" : value;
}

function isLeaf(key: SchemaKey): key is LeafKey {
  return key.format !== "section" && key.format !== "map";
}
