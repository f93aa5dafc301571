import { rounded, type Spread, spread } from "./statistics.ts";

type Sides = Readonly<Record<string, () => Promise<unknown>>>;
type Round<S extends Sides> = { readonly [Name in keyof S]: Awaited<ReturnType<S[Name]>> };

/**
 * Runs every side once a round, in the given order and in the next round backwards (ABBA), so that a machine that gets
 * slower or faster meanwhile favours none.
 */
export async function alternate<S extends Sides>(
  rounds: number,
  sides: S,
  onRound: (round: Round<S>, number: number) => void,
): Promise<readonly Round<S>[]> {
  const results: Round<S>[] = [];
  for (let number = 1; number <= rounds; number += 1) {
    const entries = Object.entries(sides);
    const order = number % 2 === 1 ? entries : entries.toReversed();
    const round: Record<string, unknown> = {};
    for (const [name, run] of order) round[name] = await run();
    onRound(round as Round<S>, number);
    results.push(round as Round<S>);
  }
  return results;
}

/** How equal two runs of the same thing are on this machine at this time. */
export interface Calm {
  readonly ratios: Spread;
  /** Why wall-clock figures of this run mean nothing; undefined when they do. */
  readonly trouble: string | undefined;
}

/** Nobody's figures may decide before the same side, run twice, was found to be as fast as itself. */
export async function measureCalm(pairs: number, wallMs: () => Promise<number>): Promise<Calm> {
  const results = await alternate(pairs, { first: wallMs, second: wallMs }, () => undefined);
  const ratios = spread(results.map(({ first, second }) => first / second));
  return { ratios, trouble: troubleIn(ratios) };
}

/** A median of few pairs may be right by chance: half of the pairs must at least come near it. */
function troubleIn({ median, q1, q3 }: Spread): string | undefined {
  if (median < 0.97 || median > 1.03) return `the same thing twice took ${rounded(median)} times as long`;
  if (q1 < 0.9 || q3 > 1.1) return `the same thing twice took ${rounded(q1)} to ${rounded(q3)} times as long`;
  return undefined;
}
