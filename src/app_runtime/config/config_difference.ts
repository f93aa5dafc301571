import type { ConfigSnapshot, ShownLeaf } from "./config_snapshot.ts";
import type { ShownValue } from "./reading/formats.ts";

/** One value that differs, fit for showing. */
export interface ConfigChange {
  readonly path: string;
  /** Absent: there was none. A secret is asterisks on both sides. */
  readonly from?: ShownValue;
  /** Absent: there is none any more. */
  readonly to?: ShownValue;
  /** Takes effect only after a restart. */
  readonly restart: boolean;
}

/** What happens to the units of one role, by name. */
export interface UnitDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What a reload would change. Holds no secret. */
export interface ConfigDifference {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly ConfigChange[];
  /** By role; every role of the configuration is there. */
  readonly units: Readonly<Record<string, UnitDifference>>;
  /** Paths whose change takes effect only after a restart. */
  readonly restart: readonly string[];
}

export function differenceBetween(from: ConfigSnapshot, to: ConfigSnapshot): ConfigDifference {
  const changes = changedLeaves(from, to);
  const units = to.roles.map((role) => [role, changedUnits(role, from, to, changes)] as const);
  return {
    from: from.version,
    to: to.version,
    changes,
    units: Object.fromEntries(units),
    restart: changes.filter((change) => change.restart).map((change) => change.path),
  };
}

/** True when a reload has nothing to do. */
export function isEmpty(difference: ConfigDifference): boolean {
  const moved = Object.values(difference.units).some((unit) => unit.added.length + unit.removed.length > 0);
  return difference.changes.length === 0 && !moved;
}

function changedLeaves(from: ConfigSnapshot, to: ConfigSnapshot): readonly ConfigChange[] {
  const before = byPath(from);
  const after = byPath(to);
  const paths = new Set([...before.keys(), ...after.keys()]);
  const differing = [...paths].filter((path) => !from.sameValue(to, path)).sort();
  return differing.map((path) => changeOf(path, before.get(path), after.get(path)));
}

function byPath(snapshot: ConfigSnapshot): ReadonlyMap<string, ShownLeaf> {
  return new Map(snapshot.leaves().map((leaf) => [leaf.path, leaf]));
}

function changeOf(path: string, before: ShownLeaf | undefined, after: ShownLeaf | undefined): ConfigChange {
  return {
    path,
    ...(before === undefined ? {} : { from: before.value }),
    ...(after === undefined ? {} : { to: after.value }),
    restart: (after ?? before)?.restart === true,
  };
}

function changedUnits(
  role: string,
  from: ConfigSnapshot,
  to: ConfigSnapshot,
  changes: readonly ConfigChange[],
): UnitDifference {
  const before = from.units(role);
  const after = to.units(role);
  const touched = (name: string) => changes.some((change) => change.path.startsWith(`${role}.${name}.`));
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after.keys()].filter((name) => before.has(name) && touched(name)),
  };
}
