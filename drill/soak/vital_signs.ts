import { readdirSync, readFileSync } from "node:fs";

interface Sign {
  readonly pid: number;
  /** Of the process, in hours. */
  readonly age: number;
  readonly rssMb: number;
  readonly descriptors: number;
}

/** A process needs so long until its memory is what it works with. */
const warmUpMs = 60_000;

/** Memory and open descriptors over the lives of some processes, read from /proc; all undefined where there is none. */
export class VitalSigns {
  readonly #signs: Sign[] = [];
  readonly #startedAt = new Map<number, number>();

  /** Looks at this process now. */
  take(pid: number): void {
    const startedAt = this.#startedAt.get(pid) ?? performance.now();
    this.#startedAt.set(pid, startedAt);
    const ageMs = performance.now() - startedAt;
    const now = signOf(pid);
    if (now !== undefined) this.#signs.push({ pid, age: ageMs / 3_600_000, ...now });
  }

  get last(): Pick<Sign, "rssMb" | "descriptors"> | undefined {
    return this.#signs.at(-1);
  }

  /** Medians of the first and the last tenth, and the slope per hour within the lives of the processes. */
  trendOf(name: "rssMb" | "descriptors"): { first: number; last: number; perHour: number } | undefined {
    const warm = this.#signs.filter(({ age }) => age * 3_600_000 >= warmUpMs);
    if (warm.length < 10) return undefined;
    const tenth = Math.ceil(warm.length / 10);
    const values = warm.map((sign) => sign[name]);
    return { first: median(values.slice(0, tenth)), last: median(values.slice(-tenth)), perHour: slopeOf(warm, name) };
  }
}

/** Each process starts where it starts: only what grows within a life counts. */
function slopeOf(signs: readonly Sign[], name: "rssMb" | "descriptors"): number {
  let [above, below] = [0, 0];
  for (const [, life] of Map.groupBy(signs, ({ pid }) => pid)) {
    const [age, value] = [mean(life.map((sign) => sign.age)), mean(life.map((sign) => sign[name]))];
    for (const sign of life) {
      above += (sign.age - age) * (sign[name] - value);
      below += (sign.age - age) ** 2;
    }
  }
  return below === 0 ? 0 : Math.round((above / below) * 10) / 10;
}

function signOf(pid: number): Pick<Sign, "rssMb" | "descriptors"> | undefined {
  try {
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    return { rssMb: Math.round(kilobytes / 102.4) / 10, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined; // it ended, or this is no Linux
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
