import type { Clock } from "../base/clock.ts";
import { RuntimeError } from "../base/runtime_error.ts";
import type { Component } from "../contracts/component.ts";
import type { HealthContributor, HealthState } from "../contracts/health_contributor.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import { guardedCheck } from "./guarded_check.ts";
import { HealthRecord } from "./health_record.ts";
import type { HealthCheck, HealthReport, HealthVerdict } from "./health_report.ts";
import { liveness, overallState, readiness, startup } from "./health_views.ts";
import type { RuntimePhase } from "./runtime_phase.ts";

export interface HealthRegistryParts {
  readonly clock: Clock;
  readonly events: EventChannel;
  /** Where the runtime stands now. */
  readonly phase: () => RuntimePhase;
  /** Pause between two rounds of checks; 1 s unless told. */
  readonly tickMs?: number;
  /** A check that takes longer has failed; 500 ms unless told. */
  readonly slowCheckMs?: number;
}

/**
 * Collects health from its contributors and answers the probes. It asks all of them once per tick, so that a change is
 * said (`health.changed`) although nobody looks, and again whenever somebody does. Source: seed 003, "HealthRegistry".
 */
export class HealthRegistry implements Component {
  readonly name = "health";
  readonly needs: readonly string[] = [];
  readonly #parts: HealthRegistryParts;
  readonly #tickMs: number;
  readonly #slowCheckMs: number;
  readonly #records = new Map<string, HealthRecord>();
  #tick: Disposable | undefined;

  constructor(parts: HealthRegistryParts) {
    this.#parts = parts;
    this.#tickMs = parts.tickMs ?? 1_000;
    this.#slowCheckMs = parts.slowCheckMs ?? 500;
  }

  /** Disposing the result takes the contributor out again. @throws {HealthContributorTakenError} when its name is taken. */
  register(contributor: HealthContributor): Disposable {
    if (this.#records.has(contributor.name)) throw new HealthContributorTakenError(contributor.name);
    const record = new HealthRecord(contributor, this.#parts.clock);
    this.#records.set(contributor.name, record);
    return { [Symbol.dispose]: () => this.#remove(record) };
  }

  start(): Promise<void> {
    this.#tick ??= this.#nextTick();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#tick?.[Symbol.dispose]();
    this.#tick = undefined;
    return Promise.resolve();
  }

  liveness(): HealthVerdict {
    return liveness(this.#parts.phase());
  }

  startup(): HealthVerdict {
    return startup(this.#parts.phase());
  }

  readiness(): HealthVerdict {
    return readiness(this.#parts.phase(), this.#check());
  }

  report(): HealthReport {
    const phase = this.#parts.phase();
    const checks = this.#check();
    return { state: overallState(phase, checks), phase, at: this.#parts.clock.wallNow(), checks };
  }

  #nextTick(): Disposable {
    return this.#parts.clock.after(this.#tickMs, () => {
      this.#tick = this.#nextTick();
      this.#check();
    });
  }

  #check(): readonly HealthCheck[] {
    for (const record of [...this.#records.values()]) this.#ask(record);
    return [...this.#records.values()].map((record) => record.report()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #ask(record: HealthRecord): void {
    const finding = guardedCheck(record.contributor, this.#parts.clock, this.#slowCheckMs);
    const from = record.observe(finding);
    if (from !== undefined) this.#announce(record.contributor.name, from, finding.state, finding.output);
  }

  #announce(unit: string, from: HealthState, to: HealthState, output: string | undefined): void {
    this.#parts.events.emit({ kind: "health.changed", unit, from, to, ...(output !== undefined && { output }) });
  }

  #remove(record: HealthRecord): void {
    const name = record.contributor.name;
    if (this.#records.get(name) === record) this.#records.delete(name);
  }
}

/** Two contributors with one name could not be told apart. */
export class HealthContributorTakenError extends RuntimeError {
  readonly code = "HEALTH_CONTRIBUTOR_TAKEN";

  constructor(name: string) {
    super(
      `A health contributor named "${name}" is already registered; give each its own name, such as "source:inbox".`,
    );
  }
}
