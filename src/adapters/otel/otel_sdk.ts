import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  ConsoleSpanExporter,
  ParentBasedSampler,
  type Sampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { IdMint } from "../../app_runtime/tracing/api.ts";
import { SpanRing } from "./span_ring.ts";

/** The provider and the context manager of @opentelemetry, registered and unregistered as one. */
export class OtelSdk {
  /** Set when the exporter is `memory`. */
  readonly ring: SpanRing | undefined;
  readonly #provider: TracerProvider;
  readonly #contextManager = new AsyncLocalStorageContextManager();
  #registered = false;
  #ownsContext = false;

  constructor(options: {
    readonly exporter: "memory" | "console";
    readonly serviceName: string;
    readonly sampleRatio: number;
    readonly memorySpans: number;
  }) {
    this.ring = options.exporter === "memory" ? new SpanRing(options.memorySpans) : undefined;
    const mint = new IdMint(); // half the cost of the SDK's own, which is asked twice per span
    this.#provider = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes({ "service.name": options.serviceName })),
      sampler: new ParentBasedSampler({ root: rootSampler(options.sampleRatio) }),
      idGenerator: { generateTraceId: () => mint.newTraceId(), generateSpanId: () => mint.newSpanId() },
      spanProcessors: [this.ring ?? new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })],
    });
  }

  /** False, and nothing is changed, when another SDK is registered. */
  register(): boolean {
    this.#registered = trace.setGlobalTracerProvider(this.#provider);
    if (this.#registered) this.#ownsContext = context.setGlobalContextManager(this.#contextManager.enable());
    return this.#registered;
  }

  /** Unregisters first, so that no span begins that would be lost, then exports what has ended. */
  async stop(signal: AbortSignal): Promise<void> {
    if (!this.#registered) return;
    this.#registered = false;
    trace.disable();
    if (this.#ownsContext) context.disable();
    await untilAborted(this.#provider.shutdown(), signal);
  }
}

function rootSampler(ratio: number): Sampler {
  return ratio === 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(ratio);
}

/** The export is given up, not awaited, once `signal` aborts. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  await Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener("abort", onAbort));
}
