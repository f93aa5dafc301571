import type { ConfigMap, ConfigNode } from "../../contracts/config_provider.ts";
import { type ConfigShape, enabledKey, type UnitRole } from "../config_shape.ts";
import { childOf } from "./config_tree.ts";

/**
 * The document that results when `higher` is laid over `lower`: maps merge key by key, lists and single values replace.
 * A unit that changes its kind keeps only the common keys of what it was: the others belong to another schema.
 */
export function layOver(
  shape: ConfigShape,
  lower: ConfigNode | undefined,
  higher: ConfigNode | undefined,
): ConfigNode | undefined {
  return merge(lower, higher, (name, low, high) => {
    const role = Object.hasOwn(shape.unitRoles, name) ? shape.unitRoles[name] : undefined;
    if (role === undefined) return merge(low, high, mergeValues);
    return merge(low, high, (_, lowUnit, highUnit) => mergeUnits(role, lowUnit, highUnit));
  });
}

type MergeChild = (name: string, lower: ConfigNode, higher: ConfigNode) => ConfigNode;

function merge(lower: ConfigNode, higher: ConfigNode, mergeChild: MergeChild): ConfigNode;
function merge(
  lower: ConfigNode | undefined,
  higher: ConfigNode | undefined,
  mergeChild: MergeChild,
): ConfigNode | undefined;
function merge(
  lower: ConfigNode | undefined,
  higher: ConfigNode | undefined,
  mergeChild: MergeChild,
): ConfigNode | undefined {
  if (higher === undefined || (saysNothing(higher) && lower !== undefined)) return lower;
  if (lower?.kind !== "map" || higher.kind !== "map") return higher;
  const entries = new Map(lower.entries);
  for (const [name, child] of higher.entries) {
    const under = entries.get(name);
    entries.set(name, under === undefined ? child : mergeChild(name, under, child));
  }
  const place = higher.place.line === undefined ? lower.place : higher.place; // a line helps more than a layer's name
  return { kind: "map", entries, place };
}

function mergeValues(_: string, lower: ConfigNode, higher: ConfigNode): ConfigNode {
  return merge(lower, higher, mergeValues);
}

function mergeUnits(role: UnitRole, lower: ConfigNode, higher: ConfigNode): ConfigNode {
  const kept = lower.kind === "map" && changesKind(role, lower, higher) ? commonOnly(role, lower) : lower;
  return merge(kept, higher, mergeValues);
}

function changesKind(role: UnitRole, lower: ConfigNode, higher: ConfigNode): boolean {
  if (role.choice === undefined) return false;
  const was = childOf(lower, role.choice.key);
  const becomes = childOf(higher, role.choice.key);
  if (was?.kind !== "scalar" || becomes?.kind !== "scalar" || saysNothing(becomes)) return false;
  return was.value !== becomes.value;
}

function commonOnly(role: UnitRole, unit: ConfigMap): ConfigMap {
  const kept = [...unit.entries].filter(([key]) => key === enabledKey || Object.hasOwn(role.common, key));
  return { ...unit, entries: new Map(kept) };
}

/** An empty value, as `queues:` with every line below it commented out. */
export function saysNothing(node: ConfigNode): boolean {
  return node.kind === "scalar" && node.value === null;
}
