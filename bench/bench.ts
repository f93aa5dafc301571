/** One measured question. `figures` go out as one JSON line; `goals` say what was hoped for and whether it held. */
export interface BenchResult {
  readonly figures: Readonly<Record<string, number | string>>;
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  readonly got: number;
  /** The figure must not exceed `atMost`, or not fall below `atLeast`. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Bench {
  readonly name: string;
  readonly question: string;
  /** `quick` cuts the work down to see that it runs; its figures mean nothing. */
  run(options: { readonly quick: boolean; readonly say: (line: string) => void }): Promise<BenchResult>;
}

export function isMet(goal: Goal): boolean {
  return (
    (goal.atMost === undefined || goal.got <= goal.atMost) && (goal.atLeast === undefined || goal.got >= goal.atLeast)
  );
}
