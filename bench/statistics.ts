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

/** 1 when all are alike, 1/n when one has everything (Jain, Chiu, Hawe 1984). */
export function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return (sum * sum) / (values.length * squares);
}
