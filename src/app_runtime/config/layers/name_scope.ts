import type { ConfigNode } from "../../contracts/config_provider.ts";
import type { Schema, SchemaKey } from "../../contracts/config_schema.ts";
import { type ConfigShape, enabledKey, type UnitRole, unitSchema } from "../config_shape.ts";
import { childOf } from "./config_tree.ts";

/** The names that may stand at one place of the document, and what may stand below each. */
export interface NameScope {
  readonly names: readonly string[];
  /** Undefined below a value: nothing more can follow. */
  below(name: string): NameScope | undefined;
}

/** The names of the whole document. Units and map entries are those that `document` already has. */
export function documentScope(shape: ConfigShape, document: ConfigNode | undefined): NameScope {
  return {
    names: [...Object.keys(shape.sections), ...Object.keys(shape.unitRoles)],
    below(name) {
      const node = childOf(document, name);
      const role = Object.hasOwn(shape.unitRoles, name) ? shape.unitRoles[name] : undefined;
      return role === undefined ? sectionScope(shape.sections[name] ?? {}, node) : roleScope(role, node);
    },
  };
}

function roleScope(role: UnitRole, units: ConfigNode | undefined): NameScope {
  return { names: namesIn(units), below: (name) => unitScope(role, childOf(units, name)) };
}

/** All keys of all kinds: which kind the unit is may be decided by this very layer. */
function unitScope(role: UnitRole, unit: ConfigNode | undefined): NameScope {
  const kindNode = childOf(unit, role.choice?.key ?? "");
  const kind = kindNode?.kind === "scalar" ? String(kindNode.value) : undefined;
  const ofAnyKind = Object.assign({}, ...Object.values(role.choice?.kinds ?? {})) as Schema;
  const scope = sectionScope({ ...ofAnyKind, ...unitSchema(role, kind) }, unit);
  const own = role.choice === undefined ? [enabledKey] : [enabledKey, role.choice.key];
  return { names: [...own, ...scope.names], below: (name) => (own.includes(name) ? undefined : scope.below(name)) };
}

function sectionScope(schema: Schema, node: ConfigNode | undefined): NameScope {
  return {
    names: Object.keys(schema),
    below: (name) => keyScope(schema[name], childOf(node, name)),
  };
}

function keyScope(key: SchemaKey | undefined, node: ConfigNode | undefined): NameScope | undefined {
  if (key?.format === "section") return sectionScope(key.of, node);
  if (key?.format !== "map") return undefined;
  return { names: namesIn(node), below: (name) => sectionScope(key.of, childOf(node, name)) };
}

function namesIn(node: ConfigNode | undefined): readonly string[] {
  return node?.kind === "map" ? [...node.entries.keys()] : [];
}
