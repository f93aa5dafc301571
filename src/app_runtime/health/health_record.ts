import type { Clock } from "../base/clock.ts";
import type { HealthContributor, HealthFinding, HealthState } from "../contracts/health_contributor.ts";
import type { HealthCheck, HealthTransition } from "./health_report.ts";

const maxTransitions = 20;

/** What is remembered of one contributor between two checks. */
export class HealthRecord {
  readonly contributor: HealthContributor;
  readonly #clock: Clock;
  #finding: HealthFinding = { state: "pass" };
  #checkedAt: number;
  #since: number;
  #enteredAt: number;
  #history: readonly HealthTransition[] = [];

  constructor(contributor: HealthContributor, clock: Clock) {
    this.contributor = contributor;
    this.#clock = clock;
    this.#checkedAt = clock.wallNow();
    this.#since = this.#checkedAt;
    this.#enteredAt = clock.now();
  }

  /** Takes in a finding; the state it had before when that changed. A new contributor counts as passing. */
  observe(finding: HealthFinding): HealthState | undefined {
    const before = this.#finding.state;
    this.#finding = finding;
    this.#checkedAt = this.#clock.wallNow();
    if (before === finding.state) return undefined;
    this.#since = this.#checkedAt;
    this.#enteredAt = this.#clock.now();
    this.#history = [...this.#history, transition(finding, this.#since)].slice(-maxTransitions);
    return before;
  }

  report(): HealthCheck {
    return {
      name: this.contributor.name,
      required: this.contributor.required,
      finding: this.#finding,
      checkedAt: this.#checkedAt,
      since: this.#since,
      ageMs: Math.round(this.#clock.now() - this.#enteredAt),
      history: this.#history,
    };
  }
}

function transition(finding: HealthFinding, at: number): HealthTransition {
  return finding.output === undefined
    ? { state: finding.state, at }
    : { state: finding.state, at, output: finding.output };
}
