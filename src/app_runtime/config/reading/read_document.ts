import { didYouMean } from "../../base/closest_name.ts";
import type { ConfigNode } from "../../contracts/config_provider.ts";
import { joinPath } from "../config_problem.ts";
import type { ConfigShape, UnitRole } from "../config_shape.ts";
import { childOf } from "../layers/config_tree.ts";
import { saysNothing } from "../layers/merge_layers.ts";
import type { ConfigValues, ReadContext } from "./read_context.ts";
import { readSection, reportBadName } from "./read_section.ts";
import { readUnit, type UnitConfig } from "./read_unit.ts";

/** The whole document, parsed as far as it can be; what is wrong is in the context. */
export interface ParsedDocument {
  readonly sections: Readonly<Record<string, ConfigValues>>;
  /** By role, then by name. */
  readonly units: ReadonlyMap<string, ReadonlyMap<string, UnitConfig>>;
  /** By role: the names of units that say `enabled: false`. */
  readonly disabled: ReadonlyMap<string, readonly string[]>;
}

export function readDocument(shape: ConfigShape, root: ConfigNode | undefined, context: ReadContext): ParsedDocument {
  if (root !== undefined && root.kind !== "map" && !saysNothing(root)) {
    context.report("VALUE", { path: "", node: root }, "is no configuration: expected sections such as `platform:`.");
  }
  reportUnknownRoots(shape, root, context);
  const sections: Record<string, ConfigValues> = {};
  for (const [name, schema] of Object.entries(shape.sections)) {
    sections[name] = readSection({ schema, node: childOf(root, name), path: name, parent: root }, context);
  }
  const units = new Map<string, ReadonlyMap<string, UnitConfig>>();
  const disabled = new Map<string, readonly string[]>();
  for (const [roleName, role] of Object.entries(shape.unitRoles)) {
    const read = readRole(roleName, role, childOf(root, roleName), context);
    units.set(roleName, read.enabled);
    disabled.set(roleName, read.disabled);
  }
  return { sections, units, disabled };
}

function reportUnknownRoots(shape: ConfigShape, root: ConfigNode | undefined, context: ReadContext): void {
  if (root?.kind !== "map") return;
  const known = [...Object.keys(shape.sections), ...Object.keys(shape.unitRoles)];
  for (const [name, node] of root.entries) {
    if (known.includes(name)) continue;
    context.report(
      "UNKNOWN_KEY",
      { path: joinPath("", name), node },
      "is not a section here.",
      didYouMean(name, known),
    );
  }
}

function readRole(
  roleName: string,
  role: UnitRole,
  node: ConfigNode | undefined,
  context: ReadContext,
): { readonly enabled: ReadonlyMap<string, UnitConfig>; readonly disabled: readonly string[] } {
  const enabled = new Map<string, UnitConfig>();
  const disabled: string[] = [];
  if (node === undefined || saysNothing(node)) return { enabled, disabled };
  if (node.kind !== "map") {
    context.report("VALUE", { path: roleName, node }, "expected units by name, each with keys of its own.");
    return { enabled, disabled };
  }
  for (const [name, unitNode] of node.entries) {
    const path = joinPath(roleName, name);
    if (reportBadName(name, unitNode, path, context)) continue;
    const unit = readUnit({ roleName, role, name, node: unitNode, path }, context);
    if (unit === undefined) disabled.push(name);
    else enabled.set(name, unit);
  }
  return { enabled, disabled };
}
