import type { DeadLetterReason } from "./dead_letter.ts";
import type { HealthState } from "./health_contributor.ts";
import type { AbortReason } from "./task_errors.ts";

export type FactLevel = "debug" | "info" | "warn" | "error";

/**
 * What the runtime says about itself: one closed union, so that a reader (log, metrics, live view) that forgets a kind does
 * not compile. `unit` names who it is about: "runtime", "component:journal", "source:inbox", "queue:orders", "worker:orders".
 */
export type RuntimeEventBody = { readonly unit: string; readonly traceId?: string } & (
  | { readonly kind: "runtime.state_changed"; readonly from: string; readonly to: string }
  | { readonly kind: "component.started"; readonly tookMs: number }
  | { readonly kind: "component.stopped"; readonly tookMs: number }
  | { readonly kind: "component.failed"; readonly phase: "load" | "start" | "stop"; readonly error: string }
  | { readonly kind: "component.stop_overdue"; readonly deadlineMs: number }
  | { readonly kind: "unit.started"; readonly tookMs: number }
  | { readonly kind: "unit.stopped"; readonly tookMs: number }
  | { readonly kind: "unit.failed"; readonly error: string }
  | { readonly kind: "unit.restarting"; readonly delayMs: number; readonly error: string }
  | { readonly kind: "unit.gave_up"; readonly restarts: number; readonly withinMs: number; readonly error: string }
  | { readonly kind: "unit.paused"; readonly by: string }
  | { readonly kind: "unit.resumed"; readonly by: string }
  | {
      readonly kind: "config.applied";
      readonly version: string;
      readonly changes: readonly string[];
      /** Those among the changes that take effect only after a restart. */
      readonly restart: readonly string[];
    }
  | { readonly kind: "config.rejected"; readonly error: string }
  | {
      readonly kind: "task.published";
      readonly taskId: string;
      readonly queue: string;
      readonly result: "stored" | "duplicate";
    }
  | { readonly kind: "task.started"; readonly taskId: string; readonly attempt: number }
  | { readonly kind: "task.done"; readonly taskId: string; readonly tookMs: number }
  | {
      readonly kind: "task.retried";
      readonly taskId: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: string;
    }
  | {
      readonly kind: "task.dead_lettered";
      readonly taskId: string;
      readonly reason: DeadLetterReason;
      readonly detail: string;
    }
  | { readonly kind: "task.requeued"; readonly taskId: string; readonly reason: AbortReason | "outage" }
  | { readonly kind: "task.aborted"; readonly taskId: string; readonly reason: AbortReason }
  | { readonly kind: "task.abandoned"; readonly taskId: string; readonly heldForMs: number }
  | { readonly kind: "task.record_failed"; readonly taskId: string; readonly error: string }
  | { readonly kind: "loop.blocked"; readonly blockedMs: number; readonly suspects: readonly string[] }
  | { readonly kind: "outage.began"; readonly failures: number; readonly error: string }
  | { readonly kind: "outage.ended"; readonly lastedMs: number }
  | { readonly kind: "dead_letter.retried"; readonly taskId: string }
  | { readonly kind: "dead_letter.discarded"; readonly taskId: string }
  | { readonly kind: "dead_letter.dropped"; readonly taskId: string; readonly limit: number }
  | { readonly kind: "health.changed"; readonly from: HealthState; readonly to: HealthState; readonly output?: string }
  | {
      readonly kind: "control.acted";
      readonly actor: string;
      readonly action: string;
      readonly target: string;
      readonly result: string;
    }
  | { readonly kind: "shutdown.reported"; readonly report: ShutdownReport }
  | {
      readonly kind: "unit.fact";
      readonly code: string;
      readonly level: FactLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, string | number | boolean>>;
    }
);

export type RuntimeEventKind = RuntimeEventBody["kind"];

/** An event as readers get it: numbered without gaps, `at` in milliseconds since 1970 UTC. */
export type RuntimeEvent = RuntimeEventBody & { readonly seq: number; readonly at: number };

/** How a shutdown went; times in milliseconds. */
export interface ShutdownReport {
  readonly reason: string;
  readonly tookMs: number;
  readonly deadlineMs: number;
  /** Deliveries that finished during the drain. */
  readonly drained: number;
  /** Deliveries put back without burning an attempt. */
  readonly requeued: number;
  /** Handlers still running when the runtime went. */
  readonly abandoned: number;
  readonly components: readonly { readonly name: string; readonly tookMs: number; readonly error?: string }[];
}

/** The typed channel of RuntimeEvents. */
export interface EventChannel {
  /** False while nobody reads: then an event that is emitted for every task need not even be made. */
  readonly heard: boolean;
  emit(event: RuntimeEventBody): void;
  /** Readers are called in order, synchronously; one that throws is detached and reported. */
  subscribe(reader: (event: RuntimeEvent) => void): Disposable;
}
