/** The candidate that `name` was most likely meant to be; undefined when nothing is close. */
export function closestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(name);
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let closest: string | undefined;
  let closestDistance = allowed + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate), closestDistance);
    if (distance < closestDistance) [closest, closestDistance] = [candidate, distance];
  }
  return closest;
}

/** A sentence for the hint of a problem: the closest name, or all of them when they are few. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const known = [...candidates];
  const closest = closestName(name, known);
  if (closest !== undefined) return `Did you mean "${closest}"?`;
  if (known.length === 0) return undefined;
  const listed = known.slice(0, 12).sort().join(", ");
  return known.length > 12 ? `Known are ${listed} and ${known.length - 12} more.` : `Known: ${listed}.`;
}

/** "poll_interval", "POLL-INTERVAL" and "pollInterval" are one name in three habits. */
export function plain(name: string): string {
  return name.replaceAll(/[-_]/g, "").toLowerCase();
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), or `limit` once it is reached. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : limit;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
    if (Math.min(...row) >= limit) return limit;
    [beforeLast, last] = [last, row];
  }
  return Math.min(limit, at(last, b.length));
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
