import type { Task, TraceCarrier } from "./task.ts";

export type TraceAttributes = Readonly<Record<string, string | number | boolean>>;

/** One span of one trace. Without an SDK it records nothing but still has W3C ids, so that logs and audit have them. */
export interface Trace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** What to put into a task so that its worker continues this trace. */
  readonly carrier: TraceCarrier;
  set(attributes: TraceAttributes): void;
  event(name: string, attributes?: TraceAttributes): void;
  /** Sets the status to error and records the cause. */
  fail(cause: unknown): void;
  /** A child span. */
  child(name: string, attributes?: TraceAttributes): Trace;
  /** Runs `work` with this span as the active one, so that instrumented libraries attach to it. */
  run<T>(work: () => T): T;
  end(): void;
}

/**
 * Makes traces for applications and adapters, independent of any transport. Names and attributes follow OpenTelemetry's
 * messaging conventions. Source: seed 003, "TraceFactory".
 */
export interface TraceFactory {
  /** A new trace: "receive inbox". */
  begin(name: string, attributes?: TraceAttributes): Trace;
  /** The PRODUCER span of publishing to `queue`; a child of `parent` when there is one. */
  publish(queue: string, taskId: string, parent?: TraceCarrier): Trace;
  /** The CONSUMER span of one delivery; linked to the task's carrier, or its child, as configured. */
  process(queue: string, task: Task, attempt: number): Trace;
  /** A span that continues a carrier: the reply mail sent long after the task. */
  resume(name: string, carrier: TraceCarrier, attributes?: TraceAttributes): Trace;
}
