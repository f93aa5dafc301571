import type { Spread } from "./statistics.ts";

/** One measured question. `figures` go out as one JSON line; `goals` say what was hoped for and whether it held. */
export interface BenchResult {
  readonly figures: Readonly<Record<string, number | string | boolean | Spread>>;
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  readonly got: number;
  /** The figure must not exceed `atMost`, or not fall below `atLeast`. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Why the figure decides nothing this time. */
  readonly void?: string | undefined;
}

export interface BenchOptions {
  /** Cuts the work down to see that it runs; the figures mean nothing. */
  readonly quick: boolean;
  /** Shows progress. */
  readonly say: (line: string) => void;
}

export interface Bench {
  readonly name: string;
  readonly question: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

export function verdictOn(goal: Goal): "yes" | "no" | "void" {
  if (goal.void !== undefined) return "void";
  const { got, atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal;
  return got >= atLeast && got <= atMost ? "yes" : "no";
}
