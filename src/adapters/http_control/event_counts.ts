import type { RuntimeEvent } from "../../app_runtime/contracts/runtime_event.ts";
import { DurationHistogram } from "./duration_histogram.ts";
import type { MetricFamily, Sample } from "./prometheus_text.ts";

/**
 * Counts what happens. Every kind of event is counted under its own name, so a new kind is a new series without a change
 * here. The number of series is bounded by the units of the configuration and the kinds and codes in the code.
 */
export class EventCounts {
  readonly #byUnit = new Map<string, Map<string, number>>();
  readonly #factsByUnit = new Map<string, Map<string, number>>();
  readonly #durations = new Map<string, DurationHistogram>();

  /** A reader of the event channel; also called several times per task, so it only adds. */
  readonly read = (event: RuntimeEvent): void => {
    count(this.#byUnit, event.unit, event.kind);
    if (event.kind === "task.done") this.#durationsOf(event.unit).observe(event.tookMs);
    else if (event.kind === "unit.fact") count(this.#factsByUnit, event.unit, event.code);
  };

  families(): readonly MetricFamily[] {
    return [
      {
        name: "app_runtime_events_total",
        type: "counter",
        help: "What the runtime said about itself, by kind: task.done, task.retried, unit.restarting, loop.blocked and so on.",
        samples: samplesOf(this.#byUnit, "kind"),
      },
      {
        name: "app_runtime_facts_total",
        type: "counter",
        help: "What adapters said about the outside, by code.",
        samples: samplesOf(this.#factsByUnit, "code"),
      },
      {
        name: "app_runtime_task_duration_seconds",
        type: "histogram",
        help: "How long finished tasks were in their handler.",
        samples: [...this.#durations].flatMap(([unit, histogram]) => histogram.samples({ unit })),
      },
    ];
  }

  #durationsOf(unit: string): DurationHistogram {
    const known = this.#durations.get(unit);
    if (known !== undefined) return known;
    const made = new DurationHistogram();
    this.#durations.set(unit, made);
    return made;
  }
}

function count(units: Map<string, Map<string, number>>, unit: string, what: string): void {
  const known = units.get(unit);
  if (known === undefined) units.set(unit, new Map([[what, 1]]));
  else known.set(what, (known.get(what) ?? 0) + 1);
}

function samplesOf(units: ReadonlyMap<string, ReadonlyMap<string, number>>, label: string): readonly Sample[] {
  return [...units].flatMap(([unit, counts]) =>
    [...counts].map(([what, value]) => ({ labels: { unit, [label]: what }, value })),
  );
}
