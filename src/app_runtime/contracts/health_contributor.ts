/** `warn` still serves; `fail` does not. */
export type HealthState = "pass" | "warn" | "fail";

/** What a check found, in words an operator can act on. */
export interface HealthFinding {
  readonly state: HealthState;
  /** A sentence: what is wrong and what to do; absent when all is well. */
  readonly output?: string;
  /** Figures behind the finding, for /health. */
  readonly observed?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Something whose health can be asked. A check reads what is already known: it never waits on a network. Source: seed 003,
 * "HealthContributor".
 */
export interface HealthContributor {
  /** "source:inbox". */
  readonly name: string;
  /** Whether readiness depends on it. */
  readonly required: boolean;
  check(): HealthFinding;
}
