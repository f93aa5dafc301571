import type { Said } from "./witness.ts";

/** What a drill may be told. */
export interface DrillOptions {
  /** Everything random follows from it. */
  readonly seed: number;
  /** Absent: the drill's own number. */
  readonly rounds?: number;
  /** Mails per round; absent: the drill's own number. */
  readonly mails?: number;
  /** How long a soak lasts; absent: an hour. */
  readonly minutes?: number;
  /** Mails per second of a soak; absent: its own number. */
  readonly rate?: number;
  /** Short time limits in the bot's configuration, for a quick look; else the product's defaults. */
  readonly fast: boolean;
  /** What promised times may take longer on a machine that has other work, in milliseconds. */
  readonly slackMs: number;
  /** Leaves logs and databases in drill/out although all went well. */
  readonly keep: boolean;
  /** Breaks it off; what it started is stopped all the same. */
  readonly signal?: AbortSignal;
  /** Progress, for a person who waits. */
  readonly say: (line: string) => void;
}

export interface DrillResult {
  /** Valid order mails that were delivered, or tasks that a queue had accepted. */
  readonly accepted: number;
  /** Of them, those without an order. */
  readonly lost: number;
  /** Orders beyond one per mail. */
  readonly duplicatedEffects: number;
  /** Confirmations beyond one per order, all with the Message-ID of the first. */
  readonly duplicateConfirmations: number;
  /** Seconds from the end of a fault, or from a death, until work goes on. */
  readonly recoveryS: { readonly p50: number; readonly max: number } | undefined;
  /** What the runtime said about its trouble meanwhile. */
  readonly said: Said;
  /** What else was counted. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** Why it could not be played here, in words; absent: it was. */
  readonly skipped?: string;
  /** Promises that were not kept; none is the verdict "ok". */
  readonly broken: readonly string[];
}

/** What is to be thought of it, in a word. */
export function verdictOf({ broken, skipped }: DrillResult): "ok" | "FAILED" | "skipped" {
  if (skipped !== undefined) return "skipped";
  return broken.length === 0 ? "ok" : "FAILED";
}

/** Drills of one kind: asked for by its name, played side by side, and told in one table. */
export interface DrillFamily {
  readonly name: string;
  readonly question: string;
  /** Those of their figures that the table shows. */
  readonly columns: readonly string[];
  /** How many at once. */
  readonly sideBySide: (options: Pick<DrillOptions, "fast">) => number;
}

/** One way to break things, and the question whether the promises hold. */
export interface Drill {
  readonly name: string;
  readonly question: string;
  readonly family?: DrillFamily;
  /** Takes so long that `all` leaves it out. */
  readonly long?: boolean;
  run(options: DrillOptions): Promise<DrillResult>;
}
