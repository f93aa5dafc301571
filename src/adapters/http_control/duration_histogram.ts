import type { Labels, Sample } from "./prometheus_text.ts";

/** Upper bounds in seconds: from a handler that only computes to one at its time limit. */
const boundsS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

/** How long things took, in buckets. */
export class DurationHistogram {
  readonly #counts: number[] = new Array(boundsS.length + 1).fill(0);
  #sumS = 0;

  observe(durationMs: number): void {
    const seconds = durationMs / 1_000;
    const bucket = boundsS.findIndex((bound) => seconds <= bound);
    const index = bucket === -1 ? boundsS.length : bucket;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sumS += seconds;
  }

  /** Buckets are cumulative: each counts what is at most its bound. */
  samples(labels: Labels): readonly Sample[] {
    let count = 0;
    const buckets = this.#counts.map((own, index): Sample => {
      count += own;
      const bound = boundsS[index];
      return {
        suffix: "_bucket",
        labels: { ...labels, le: bound === undefined ? "+Inf" : String(bound) },
        value: count,
      };
    });
    return [...buckets, { suffix: "_sum", labels, value: this.#sumS }, { suffix: "_count", labels, value: count }];
  }
}
