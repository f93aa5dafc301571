/** Median and quartiles of some runs. */
export interface Spread {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
}

export function spread(values: readonly number[], digits = 2): Spread {
  return {
    median: rounded(median(values), digits),
    q1: rounded(quantile(values, 0.25), digits),
    q3: rounded(quantile(values, 0.75), digits),
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two nearest ranks; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
