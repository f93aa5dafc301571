import {
  type Context,
  createTraceState,
  INVALID_TRACEID,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { Task, TraceCarrier } from "../contracts/task.ts";
import type { Trace, TraceAttributes, TraceFactory } from "../contracts/trace_factory.ts";
import { IdMint } from "./id_mint.ts";
import { positionOf } from "./known_carrier.ts";
import { processAttributes, publishAttributes } from "./messaging_attributes.ts";
import { MintedTrace } from "./minted_trace.ts";
import { RecordedTrace } from "./recorded_trace.ts";

/**
 * How the span of a delivery relates to the span that published its task: a `link` leaves each trace as long as its own
 * work, a `parent` puts both into one trace.
 */
export type Propagation = "link" | "parent";

/** The name under which the spans of the platform are recorded. */
const instrumentationScope = "app_runtime";

/**
 * Makes every trace of the runtime. It records when an OpenTelemetry SDK is registered, whoever registered it and
 * whenever, and mints W3C ids when none is. Source: seed 003, "TraceService".
 */
export class TraceService implements TraceFactory {
  readonly #mint = new IdMint();
  readonly #propagation: Propagation;
  readonly #configVersion: () => string;
  #provider: TracerProvider | undefined;
  #tracer: Tracer | undefined;

  /** @param parts.configVersion the version in force, asked for each recorded span. */
  constructor(parts: { readonly propagation: Propagation; readonly configVersion: () => string }) {
    this.#propagation = parts.propagation;
    this.#configVersion = parts.configVersion;
  }

  begin(name: string, attributes?: TraceAttributes): Trace {
    const tracer = this.#registeredTracer();
    if (tracer === undefined) return new MintedTrace(this.#mint, undefined);
    return this.#record(tracer, name, { attributes: this.#withVersion(attributes) }, undefined);
  }

  publish(queue: string, taskId: string, parent?: TraceCarrier): Trace {
    const tracer = this.#registeredTracer();
    if (tracer === undefined) return new MintedTrace(this.#mint, parent);
    const attributes = publishAttributes(queue, taskId, this.#configVersion());
    return this.#record(tracer, `publish ${queue}`, { kind: SpanKind.PRODUCER, attributes }, parent);
  }

  process(queue: string, task: Task, attempt: number): Trace {
    const tracer = this.#registeredTracer();
    if (tracer === undefined) return new MintedTrace(this.#mint, task.carrier);
    const attributes = processAttributes(queue, task, attempt, this.#configVersion());
    const options: SpanOptions = { kind: SpanKind.CONSUMER, attributes };
    const name = `process ${queue}`;
    if (this.#propagation === "parent") return this.#record(tracer, name, options, task.carrier);
    const publisher = spanContextOf(task.carrier);
    if (publisher !== undefined) options.links = [{ context: publisher }];
    return this.#record(tracer, name, options, undefined);
  }

  resume(name: string, carrier: TraceCarrier, attributes?: TraceAttributes): Trace {
    const tracer = this.#registeredTracer();
    if (tracer === undefined) return new MintedTrace(this.#mint, carrier);
    return this.#record(tracer, name, { attributes: this.#withVersion(attributes) }, carrier);
  }

  #withVersion(attributes: TraceAttributes | undefined): TraceAttributes {
    return { ...attributes, "app_runtime.config.version": this.#configVersion() };
  }

  #record(tracer: Tracer, name: string, options: SpanOptions, parent: TraceCarrier | undefined): Trace {
    const span = tracer.startSpan(name, options, contextOf(parent));
    return hasIds(span) ? new RecordedTrace(tracer, span) : new MintedTrace(this.#mint, parent);
  }

  /** Undefined while no SDK is registered. Asked for every span, so all it does is to compare two references. */
  #registeredTracer(): Tracer | undefined {
    const registered = trace.getTracerProvider();
    const provider = registered instanceof ProxyTracerProvider ? registered.getDelegate() : registered;
    if (provider !== this.#provider) {
      this.#provider = provider;
      this.#tracer =
        registered instanceof ProxyTracerProvider
          ? registered.getDelegateTracer(instrumentationScope)
          : registered.getTracer(instrumentationScope);
    }
    return this.#tracer;
  }
}

/** An SDK may refuse to make a span (tracing suppressed): then its ids are zeros. */
function hasIds(span: Span): boolean {
  return span.spanContext().traceId !== INVALID_TRACEID;
}

/** Never the active context: what a task belongs to is written in its carrier. */
function contextOf(carrier: TraceCarrier | undefined): Context {
  const remote = carrier && spanContextOf(carrier);
  return remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
}

function spanContextOf(carrier: TraceCarrier): SpanContext | undefined {
  const parent = positionOf(carrier);
  if (parent === undefined) return undefined;
  const remote = { traceId: parent.traceId, spanId: parent.spanId, traceFlags: parent.flags, isRemote: true };
  return carrier.tracestate === undefined ? remote : { ...remote, traceState: createTraceState(carrier.tracestate) };
}
