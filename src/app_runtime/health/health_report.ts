import type { HealthFinding, HealthState } from "../contracts/health_contributor.ts";
import type { RuntimePhase } from "./runtime_phase.ts";

/** A contributor entered this state. */
export interface HealthTransition {
  readonly state: HealthState;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly output?: string;
}

/** One contributor as last seen. */
export interface HealthCheck {
  /** "source:inbox". */
  readonly name: string;
  /** Whether readiness depends on it. */
  readonly required: boolean;
  readonly finding: HealthFinding;
  /** When it was last asked, in milliseconds since 1970 UTC. */
  readonly checkedAt: number;
  /** When it entered its state, in milliseconds since 1970 UTC. */
  readonly since: number;
  /** For how long it has been in its state, in milliseconds. */
  readonly ageMs: number;
  /** Its last changes of state, oldest first; bounded. */
  readonly history: readonly HealthTransition[];
}

/** The whole picture, for /health. */
export interface HealthReport {
  readonly state: HealthState;
  readonly phase: RuntimePhase;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** In the order of their names. */
  readonly checks: readonly HealthCheck[];
}

/** The answer to one probe: yes, or no and why. */
export interface HealthVerdict {
  readonly ok: boolean;
  /** Sentences, each beginning with the word or the name it is about; empty when ok. */
  readonly reasons: readonly string[];
}
