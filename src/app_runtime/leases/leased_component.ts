import type { Clock } from "../base/clock.ts";
import type { Component } from "../contracts/component.ts";
import type { HealthContributor, HealthFinding } from "../contracts/health_contributor.ts";
import type { LeaseStore, Tenure } from "../contracts/lease.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import { LeasedWork } from "./leased_work.ts";

/** A component that one of several runtimes runs. It is made anew each time: it need not start twice. */
export type LeasedPart = Pick<Component, "start" | "stop"> & Pick<HealthContributor, "check">;

/** Runs a component while it holds its lease; else it stands by, and its health says who has it. */
export class LeasedComponent implements Component, HealthContributor {
  readonly name: string;
  readonly needs: readonly string[];
  readonly required: boolean;
  readonly #work: LeasedWork<LeasedPart>;

  constructor(parts: {
    /** Of the component and of its lease. */
    readonly name: string;
    readonly needs: readonly string[];
    readonly required: boolean;
    readonly store: LeaseStore;
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly make: (tenure: Tenure) => LeasedPart;
  }) {
    this.name = parts.name;
    this.needs = parts.needs;
    this.required = parts.required;
    this.#work = new LeasedWork({
      ...parts,
      unit: `component:${parts.name}`,
      begin: (held) => begin(parts.make(held)),
      end: async (part, { signal }) => await part.stop?.(signal),
    });
  }

  start(): Promise<void> {
    return this.#work.start();
  }

  stop(signal: AbortSignal): Promise<void> {
    return this.#work.stop(signal);
  }

  check(): HealthFinding {
    return this.#work.current?.check() ?? this.#work.standbyFinding();
  }
}

async function begin(part: LeasedPart): Promise<LeasedPart> {
  try {
    await part.start?.();
    return part;
  } catch (thrown) {
    await part.stop?.(AbortSignal.abort());
    throw thrown;
  }
}
