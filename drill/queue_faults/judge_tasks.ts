import type { LedgerEntry } from "./task_ledger.ts";

export interface TaskVerdict {
  readonly accepted: number;
  readonly lost: number;
  /** Effects beyond one per task. */
  readonly doubledEffects: number;
  /** How often the unique key kept an effect from happening again. */
  readonly repeatsKeptOut: number;
  readonly broken: readonly string[];
}

const shown = 3;

/**
 * No accepted task lost, none handed out twice at once, the order of each key kept: judged by the ledger alone. A drill in
 * which the queue itself forgets says so, and one that leaves tasks behind on purpose says how many.
 */
export function judgeTasks(
  entries: readonly LedgerEntry[],
  { forgets = false, unfinished = 0 }: { readonly forgets?: boolean; readonly unfinished?: number } = {},
): TaskVerdict {
  const accepted = acceptedTasks(entries);
  const ended = new Set(entries.filter(({ what }) => what === "effect" || what === "dead").map(({ id }) => id));
  const lost = [...accepted.keys()].filter((id) => !ended.has(id));
  const effects = entries.filter(({ what }) => what === "effect") as readonly Effect[];
  const first = effects.filter((effect) => effect.first);
  const doubledEffects = first.length - new Set(first.map(({ id }) => id)).size;
  const broken = [
    ...(lost.length > unfinished && !forgets ? [`${lost.length} accepted tasks are lost: ${listed(lost)}`] : []),
    ...(forgets ? [] : doubleHandOuts(entries)),
    ...brokenOrders(entries, accepted),
  ];
  const repeatsKeptOut = effects.length - first.length;
  return {
    accepted: accepted.size,
    lost: Math.max(0, lost.length - unfinished),
    doubledEffects,
    repeatsKeptOut,
    broken,
  };
}

type Effect = Extract<LedgerEntry, { readonly what: "effect" }>;
type Accepted = Extract<LedgerEntry, { readonly what: "accepted" }>;

/** In the order in which the queue took them. */
function acceptedTasks(entries: readonly LedgerEntry[]): ReadonlyMap<string, Accepted> {
  const tasks = new Map<string, Accepted>();
  for (const entry of entries) if (entry.what === "accepted" && !tasks.has(entry.id)) tasks.set(entry.id, entry);
  return tasks;
}

/** A task comes again only as another attempt, after a crash, or after it was given back. */
function doubleHandOuts(entries: readonly LedgerEntry[]): readonly string[] {
  const handOuts = new Map<string, number>();
  for (const entry of entries) {
    if (entry.what !== "started") continue;
    const key = `${entry.id} (attempt ${entry.attempt}, crashes ${entry.crashes})`;
    handOuts.set(key, (handOuts.get(key) ?? 0) + 1);
  }
  const givenBack = Map.groupBy(
    entries.filter(({ what }) => what === "requeued"),
    ({ id }) => id,
  );
  const doubled = [...handOuts].filter(([key, times]) => {
    const id = key.slice(0, key.indexOf(" "));
    return times > 1 + (givenBack.get(id)?.length ?? 0);
  });
  return doubled.length === 0
    ? []
    : [`${doubled.length} hand-outs were doubled: ${listed(doubled.map(([key]) => key))}`];
}

function brokenOrders(entries: readonly LedgerEntry[], accepted: ReadonlyMap<string, Accepted>): readonly string[] {
  const effects = entries.filter((entry) => entry.what === "effect" && entry.first).map(({ id }) => id);
  const place = new Map(effects.map((id, n) => [id, n]));
  const byKey = Map.groupBy(accepted.values(), ({ orderKey }) => orderKey);
  return [...byKey].flatMap(([key, tasks]) => {
    if (key === undefined) return [];
    const places = tasks.flatMap(({ id }) => place.get(id) ?? []);
    const isSorted = places.every((at, n) => n === 0 || at > (places[n - 1] ?? -1));
    return isSorted ? [] : [`The order of ${key} was broken`];
  });
}

function listed(items: readonly string[]): string {
  const rest = items.length > shown ? ` and ${items.length - shown} more` : "";
  return items.slice(0, shown).join(", ") + rest;
}
