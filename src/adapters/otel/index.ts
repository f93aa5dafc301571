export type { FinishedSpan } from "./finished_span.ts";
export { OtelComponent, OtelRegisteredError } from "./otel_component.ts";
export { type OtelConfig, otelSchema } from "./otel_schema.ts";
