import { context, type Span, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { messageOf } from "../base/runtime_error.ts";
import type { TraceCarrier } from "../contracts/task.ts";
import type { Trace, TraceAttributes } from "../contracts/trace_factory.ts";
import { newCarrier } from "./known_carrier.ts";

/** A span of the registered SDK. */
export class RecordedTrace implements Trace {
  readonly #tracer: Tracer;
  readonly #span: Span;

  constructor(tracer: Tracer, span: Span) {
    this.#tracer = tracer;
    this.#span = span;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get carrier(): TraceCarrier {
    const { traceId, spanId, traceFlags, traceState } = this.#span.spanContext();
    return newCarrier({ traceId, spanId, flags: traceFlags }, traceState?.serialize() || undefined);
  }

  set(attributes: TraceAttributes): void {
    this.#span.setAttributes(attributes);
  }

  event(name: string, attributes?: TraceAttributes): void {
    this.#span.addEvent(name, attributes);
  }

  /** `error.type` as OpenTelemetry's general attributes ask: low in variety, the code when there is one. */
  fail(cause: unknown): void {
    this.#span.setAttribute("error.type", errorTypeOf(cause));
    this.#span.recordException(cause instanceof Error ? cause : messageOf(cause));
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(cause) });
  }

  child(name: string, attributes?: TraceAttributes): Trace {
    const within = trace.setSpan(context.active(), this.#span);
    return new RecordedTrace(this.#tracer, this.#tracer.startSpan(name, { attributes: { ...attributes } }, within));
  }

  run<T>(work: () => T): T {
    return context.with(trace.setSpan(context.active(), this.#span), work);
  }

  end(): void {
    this.#span.end();
  }
}

function errorTypeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "_OTHER";
  const code: unknown = Reflect.get(cause, "code");
  return typeof code === "string" ? code : cause.name;
}
