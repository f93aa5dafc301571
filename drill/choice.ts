import type { Drill } from "./drill.ts";

/** What `names` and `cases` choose: drills by name, families by theirs; throws for a name that chooses none. */
export function chosenDrills(
  drills: readonly Drill[],
  names: readonly string[],
  cases: readonly string[],
): readonly Drill[] {
  const unknown = names.filter((name) => name !== "all" && !drills.some((drill) => isNamed(drill, name)));
  if (unknown.length > 0) throw new RangeError(`There is no drill named ${unknown.join(", ")}.`);
  const named = drills.filter((drill) => names.some((name) => isNamed(drill, name)));
  const chosen = named.filter((drill) => cases.length === 0 || cases.some((word) => isCase(drill, word)));
  if (cases.length > 0 && chosen.length === 0) throw new RangeError(`There is no case ${cases.join(", ")}.`);
  return chosen;
}

function isNamed(drill: Drill, name: string): boolean {
  if (name === "all") return drill.long !== true;
  return name === drill.name || name === drill.family?.name;
}

/** `poison-mail`, `dovecot` or `poison-mail:dovecot:idle` are cases of poison-mail:dovecot:idle. */
function isCase({ name }: Drill, word: string): boolean {
  const parts = name.split(":");
  return word.split(":").every((part) => parts.includes(part));
}

/** One by one, but drills of a family side by side. */
export async function playAll(
  drills: readonly Drill[],
  sideBySide: (drill: Drill) => number,
  play: (drill: Drill) => Promise<void>,
): Promise<void> {
  for (const [, group] of Map.groupBy(drills, (drill) => drill.family?.name ?? drill.name)) {
    const queue = [...group];
    const [first] = queue;
    const lanes = Array.from({ length: first === undefined ? 0 : sideBySide(first) }, async () => {
      for (let drill = queue.shift(); drill !== undefined; drill = queue.shift()) await play(drill);
    });
    await Promise.all(lanes);
  }
}
