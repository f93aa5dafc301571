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
import { describeProcess, describePublish, processSampling, publishSampling } from "./messaging_attributes.ts";
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
    return tracer === undefined ? new MintedTrace(this.#mint, undefined) : this.#record(tracer, name, attributes);
  }

  publish(queue: string, taskId: string, parent?: TraceCarrier): Trace {
    const tracer = this.#registeredTracer();
    if (tracer === undefined) return new MintedTrace(this.#mint, parent);
    const options = { kind: SpanKind.PRODUCER, attributes: publishSampling(queue) };
    const span = tracer.startSpan(`publish ${queue}`, options, contextOf(parent));
    describePublish(span, taskId, this.#configVersion());
    return this.#traceOf(tracer, span, parent);
  }

  process(queue: string, task: Task, attempt: number): Trace {
    const tracer = this.#registeredTracer();
    if (tracer === undefined) return new MintedTrace(this.#mint, task.carrier);
    const parent = this.#propagation === "parent" ? task.carrier : undefined;
    const options: SpanOptions = { kind: SpanKind.CONSUMER, attributes: processSampling(queue) };
    const publisher = parent === undefined ? spanContextOf(task.carrier) : undefined;
    if (publisher !== undefined) options.links = [{ context: publisher }];
    const span = tracer.startSpan(`process ${queue}`, options, contextOf(parent));
    describeProcess(span, task, attempt, this.#configVersion());
    return this.#traceOf(tracer, span, parent);
  }

  resume(name: string, carrier: TraceCarrier, attributes?: TraceAttributes): Trace {
    const tracer = this.#registeredTracer();
    return tracer === undefined
      ? new MintedTrace(this.#mint, carrier)
      : this.#record(tracer, name, attributes, carrier);
  }

  #record(tracer: Tracer, name: string, attributes: TraceAttributes = {}, parent?: TraceCarrier): Trace {
    const options = { attributes: { ...attributes, "app_runtime.config.version": this.#configVersion() } };
    return this.#traceOf(tracer, tracer.startSpan(name, options, contextOf(parent)), parent);
  }

  #traceOf(tracer: Tracer, span: Span, parent: TraceCarrier | undefined): Trace {
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
