import type { ConfigDifference, ConfigSnapshot } from "../config/api.ts";

/** Names of units by role. */
export interface AffectedUnits {
  readonly queues: readonly string[];
  readonly handlers: readonly string[];
  readonly workers: readonly string[];
  readonly sources: readonly string[];
}

/** Of a queue's keys, what its workers use and what is only checked: a change of it alone leaves the queue itself as it is. */
const outsideKeys: readonly (string | undefined)[] = ["retry", "requires"];

/** Queues that must go: removed, or changed in a way that only a new one can follow. */
export function queuesToReplace(next: ConfigSnapshot, difference: ConfigDifference): readonly string[] {
  const { removed, changed } = difference.units.queues ?? nothing;
  const replaced = changed.filter((name) =>
    difference.changes.some(({ path }) => {
      const [role, unit, key] = path.split(".");
      return role === "queues" && unit === name && !outsideKeys.includes(key);
    }),
  );
  return [...removed, ...replaced.filter((name) => next.units("queues").has(name))];
}

/** What must be stopped, out of what runs, before `next` can be started: what changed, and what leans on it. */
export function affectedUnits(
  next: ConfigSnapshot,
  difference: ConfigDifference,
  running: AffectedUnits,
): AffectedUnits {
  const touched = (role: string) => [
    ...(difference.units[role] ?? nothing).removed,
    ...(difference.units[role] ?? nothing).changed,
  ];
  const queues = queuesToReplace(next, difference);
  const handlers = touched("handlers");
  const leansOn = (role: string, key: string, names: readonly string[]) =>
    [...next.units(role).values()].filter((unit) => names.includes(String(unit.config[key]))).map((unit) => unit.name);

  const workers = [
    ...touched("workers"),
    ...leansOn("workers", "queue", touched("queues")),
    ...leansOn("workers", "handler", handlers),
  ];
  const sources = [...touched("sources"), ...leansOn("sources", "queue", queues)];
  return {
    queues: queues.filter((name) => running.queues.includes(name)),
    handlers: handlers.filter((name) => running.handlers.includes(name)),
    workers: running.workers.filter((name) => workers.includes(name)),
    sources: running.sources.filter((name) => sources.includes(name)),
  };
}

const nothing = { added: [], removed: [], changed: [] } as const;

/** Everything a configuration declares. */
export function allUnits(snapshot: ConfigSnapshot): AffectedUnits {
  const names = (role: string) => [...snapshot.units(role).keys()];
  return { queues: names("queues"), handlers: names("handlers"), workers: names("workers"), sources: names("sources") };
}
