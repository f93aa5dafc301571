import { assertNever } from "../../app_runtime/base/assert_never.ts";
import type { HealthState } from "../../app_runtime/contracts/health_contributor.ts";
import type { FactLevel, RuntimeEvent, ShutdownReport } from "../../app_runtime/contracts/runtime_event.ts";

export type LogLevel = FactLevel;

const weight: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return weight[level] >= weight[least];
}

/** How important an event is. What happens to every single task is debug, so that it costs nothing at info. */
export function levelOf(event: RuntimeEvent): LogLevel {
  switch (event.kind) {
    case "task.published":
    case "task.started":
    case "task.done":
    case "component.started":
    case "component.stopped":
      return "debug";
    case "unit.started":
    case "unit.stopped":
    case "unit.paused":
    case "unit.resumed":
    case "config.applied":
    case "task.requeued":
    case "outage.ended":
    case "dead_letter.retried":
    case "dead_letter.discarded":
    case "control.acted":
      return "info";
    case "component.stop_overdue":
    case "unit.restarting":
    case "task.retried":
    case "task.aborted":
    case "loop.blocked":
    case "dead_letter.dropped":
      return "warn";
    case "component.failed":
    case "unit.failed":
    case "unit.gave_up":
    case "config.rejected":
    case "task.dead_lettered":
    case "task.abandoned":
    case "task.record_failed":
    case "outage.began":
      return "error";
    case "runtime.state_changed":
      return event.to === "failed" ? "error" : "info";
    case "health.changed":
      return levelOfState[event.to];
    case "shutdown.reported":
      return wasClean(event.report) ? "info" : "warn";
    case "unit.fact":
      return event.level;
    default:
      return assertNever(event);
  }
}

const levelOfState: Readonly<Record<HealthState, LogLevel>> = { pass: "info", warn: "warn", fail: "error" };

function wasClean({ abandoned, components }: ShutdownReport): boolean {
  return abandoned === 0 && components.every((component) => component.error === undefined);
}
