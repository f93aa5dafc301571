import { closestName, plain } from "../../base/closest_name.ts";
import type { ConfigLayer, ConfigNode, ConfigPlace, ConfigProblem } from "../../contracts/config_provider.ts";
import { shorten } from "../config_problem.ts";
import type { ConfigShape } from "../config_shape.ts";
import { TreeBuilder } from "./config_tree.ts";
import { documentScope, type NameScope } from "./name_scope.ts";

/** The variables of the environment: undefined where a name is known but not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

const layer = "environment";
const separator = "__";

/**
 * Reads `APP_RUNTIME__PLATFORM__CONTROL__PORT=9090` as `platform.control.port`. Names match without regard to case and
 * underscores (`DATA_DIR` is `dataDir`); units and map entries must already stand in `below`, the layers underneath.
 */
export function environmentLayer(parts: {
  readonly env: Environment;
  readonly prefix: string;
  readonly shape: ConfigShape;
  readonly below: ConfigNode | undefined;
}): ConfigLayer {
  const tree = new TreeBuilder({ layer, source: layer });
  const problems: ConfigProblem[] = [];
  const scope = documentScope(parts.shape, parts.below);
  const start = `${parts.prefix}${separator}`;
  const taken = new Set<string>();
  for (const variable of Object.keys(parts.env).sort()) {
    const value = parts.env[variable];
    if (!variable.startsWith(start) || value === undefined) continue;
    const place: ConfigPlace = { layer, source: `environment variable ${shorten(variable, 200)}` };
    const found = pathOf(variable.slice(start.length).split(separator), scope);
    if (found.kind === "unknown") {
      problems.push(unknownVariable(found, parts.prefix, place));
      continue;
    }
    const dotted = found.path.join(".");
    if (taken.has(dotted)) {
      const message = "names the same key as another environment variable. Remove one of the two.";
      problems.push({ code: "VARIABLE", path: dotted, message, place });
    }
    taken.add(dotted);
    tree.set(found.path, value, place);
  }
  return { root: tree.build(), problems };
}

type Found =
  | { readonly kind: "path"; readonly path: readonly string[] }
  | {
      readonly kind: "unknown";
      readonly path: readonly string[];
      readonly segment: string;
      readonly readings: readonly string[];
      readonly scope: NameScope;
    };

type Unknown = Extract<Found, { kind: "unknown" }>;

function pathOf(segments: readonly string[], root: NameScope): Found {
  const nothing: NameScope = { names: [], below: () => undefined };
  const path: string[] = [];
  let scope: NameScope | undefined = root;
  for (const segment of segments) {
    const here: NameScope = scope ?? nothing;
    const matching = here.names.filter((name) => plain(name) === plain(segment));
    const [name] = matching;
    if (name === undefined || matching.length > 1)
      return { kind: "unknown", path, segment, readings: matching, scope: here };
    path.push(name);
    scope = here.below(name);
  }
  return scope === undefined ? { kind: "path", path } : { kind: "unknown", path, segment: "", readings: [], scope };
}

function unknownVariable(found: Unknown, prefix: string, place: ConfigPlace): ConfigProblem {
  const path = found.path.join(".");
  const message = misreading(found, path === "" ? "the configuration" : path);
  const closest = closestName(found.segment, found.scope.names);
  const hint = closest === undefined ? knownVariables(found, prefix) : didYouMeanVariable(found, prefix, closest);
  return { code: "VARIABLE", path: "", message, place, ...(hint === undefined ? {} : { hint }) };
}

function misreading(found: Unknown, where: string): string {
  if (found.segment === "") return `names all of ${where}; a variable can set only one value.`;
  const segment = JSON.stringify(shorten(found.segment));
  if (found.readings.length === 0) return `names nothing: ${where} has no ${segment}.`;
  return `is ambiguous: in ${where}, ${segment} may be any of ${found.readings.join(", ")}.`;
}

function didYouMeanVariable(found: { readonly path: readonly string[] }, prefix: string, name: string): string {
  return `Did you mean ${variableFor(prefix, [...found.path, name])}?`;
}

function knownVariables(found: Unknown, prefix: string): string | undefined {
  const names = found.scope.names.slice(0, 8).map((name) => variableFor(prefix, [...found.path, name]));
  return names.length === 0 ? undefined : `Such as ${names.join(", ")}.`;
}

/** "APP_RUNTIME__PLATFORM__DATA_DIR" for `platform.dataDir`. */
export function variableFor(prefix: string, path: readonly string[]): string {
  const upper = path.map((name) =>
    name
      .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_")
      .replaceAll("-", "_")
      .toUpperCase(),
  );
  return [prefix, ...upper].join(separator);
}
