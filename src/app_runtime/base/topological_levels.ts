import { RuntimeError } from "./runtime_error.ts";

/** Needs that can never all be met: two things wait for each other, or one needs what nobody is. */
export class NeedsError extends RuntimeError {
  readonly code = "BOOT_NEEDS";
}

/**
 * Groups things into levels; every level needs only the levels before it, so its members may start together.
 * @throws {NeedsError} naming the circle ("a → b → a"), the missing need, or the name used twice.
 */
export function topologicalLevels<T extends { readonly name: string; readonly needs: readonly string[] }>(
  things: readonly T[],
): readonly (readonly T[])[] {
  const byName = indexByName(things);
  const levelOf = new Map<string, number>();
  const path: string[] = [];

  const place = (thing: T): number => {
    const known = levelOf.get(thing.name);
    if (known !== undefined) return known;
    if (path.includes(thing.name)) throw circle([...path.slice(path.indexOf(thing.name)), thing.name]);
    path.push(thing.name);
    let level = 0;
    for (const need of thing.needs) {
      const needed = byName.get(need);
      if (needed === undefined) throw missing(thing.name, need, byName.keys());
      level = Math.max(level, place(needed) + 1);
    }
    path.pop();
    levelOf.set(thing.name, level);
    return level;
  };

  const placed = things.map((thing) => ({ thing, level: place(thing) }));
  const depth = 1 + Math.max(-1, ...placed.map(({ level }) => level));
  return Array.from({ length: depth }, (_, level) => placed.filter((p) => p.level === level).map((p) => p.thing));
}

function indexByName<T extends { readonly name: string }>(things: readonly T[]): Map<string, T> {
  const byName = new Map<string, T>();
  for (const thing of things) {
    if (byName.has(thing.name))
      throw new NeedsError(`Two components are named "${thing.name}"; a name must be unique.`);
    byName.set(thing.name, thing);
  }
  return byName;
}

function circle(names: readonly string[]): NeedsError {
  return new NeedsError(`These components need each other in a circle: ${names.join(" → ")}. Remove one of the needs.`);
}

function missing(name: string, need: string, known: Iterable<string>): NeedsError {
  return new NeedsError(
    `Component "${name}" needs "${need}", which nobody is. Known: ${[...known].sort().join(", ")}.`,
  );
}
