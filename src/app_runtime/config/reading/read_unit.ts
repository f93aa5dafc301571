import type { ConfigNode } from "../../contracts/config_provider.ts";
import type { Schema } from "../../contracts/config_schema.ts";
import { joinPath } from "../config_problem.ts";
import { enabledKey, type UnitRole, unitSchema } from "../config_shape.ts";
import { childOf } from "../layers/config_tree.ts";
import { saysNothing } from "../layers/merge_layers.ts";
import type { ConfigValues, ReadContext } from "./read_context.ts";
import { readLeaf, reportMisfit } from "./read_leaf.ts";
import { readSection } from "./read_section.ts";

/** A unit as the configuration declares it; `kind` is the role's name where a role has no kinds. */
export interface UnitConfig {
  readonly role: string;
  readonly name: string;
  readonly kind: string;
  /** The common keys of the role and those of the kind. */
  readonly config: ConfigValues;
}

/** Where a unit stands and what it may say. */
export interface UnitSource {
  readonly roleName: string;
  readonly role: UnitRole;
  readonly name: string;
  readonly node: ConfigNode;
  readonly path: string;
}

/** Reads one unit; undefined when it says `enabled: false`, and then nothing else of it is looked at. */
export function readUnit(source: UnitSource, context: ReadContext): UnitConfig | undefined {
  const { roleName, role, name, node, path } = source;
  if (!isEnabled(source, context)) return undefined;
  const choice = role.choice;
  if (choice === undefined) {
    const config = readSection({ schema: role.common, node: without(node, [enabledKey]), path }, context);
    return { role: roleName, name, kind: roleName, config };
  }
  const kind = readKind(source, choice.key, Object.keys(choice.kinds), context);
  const rest = without(node, [enabledKey, choice.key]);
  const schema = unitSchema(role, kind);
  // Of a unit whose kind is not known, only the common keys can be judged.
  const judged = kind === undefined ? onlyKeys(rest, role.common) : rest;
  const config = readSection({ schema, node: judged, path }, context);
  return { role: roleName, name, kind: kind ?? "", config };
}

function isEnabled(source: UnitSource, context: ReadContext): boolean {
  if (childOf(source.node, enabledKey) === undefined) return true;
  const schema: Schema = { [enabledKey]: { doc: "Whether the unit exists.", format: "boolean", default: true } };
  const values = readSection({ schema, node: onlyKeys(source.node, schema), path: source.path }, context);
  return values[enabledKey] !== false;
}

function readKind(
  source: UnitSource,
  kindKey: string,
  kinds: readonly string[],
  context: ReadContext,
): string | undefined {
  if (source.node.kind !== "map" && !saysNothing(source.node)) return undefined; // the section reports its shape
  const node = childOf(source.node, kindKey);
  const path = joinPath(source.path, kindKey);
  if (node === undefined || saysNothing(node)) {
    const at = { path, node: node ?? source.node };
    context.report("KIND", at, `is required and not set; expected one of ${kinds.join(", ")}.`);
    return undefined;
  }
  const written = readLeaf({ doc: "The kind of the unit.", format: kinds, default: null }, node, path, context);
  if (written === undefined) return undefined;
  const kind = kinds.find((known) => known === written.value);
  if (kind === undefined) reportMisfit(written, context, "KIND");
  else context.keep(written, kind);
  return kind;
}

function without(node: ConfigNode, keys: readonly string[]): ConfigNode {
  return filtered(node, (key) => !keys.includes(key));
}

function onlyKeys(node: ConfigNode, schema: Schema): ConfigNode {
  return filtered(node, (key) => Object.hasOwn(schema, key));
}

function filtered(node: ConfigNode, keep: (key: string) => boolean): ConfigNode {
  if (node.kind !== "map") return node;
  return { ...node, entries: new Map([...node.entries].filter(([key]) => keep(key))) };
}
