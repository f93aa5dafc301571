import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** What becomes of the runtime's traces. */
export const otelSchema = {
  exporter: {
    doc: "Where finished spans go. `none` records nothing (ids are still made for logs and audit), `memory` keeps the latest ones to look at, `console` prints each one.",
    format: ["none", "memory", "console"],
    default: "none",
    restart: true,
  },
  sampleRatio: {
    doc: "Share of new traces that are recorded. A trace that begins elsewhere keeps the decision made there.",
    format: "ratio",
    default: 1,
    restart: true,
  },
  memorySpans: {
    doc: "How many spans the `memory` exporter keeps; the oldest go first.",
    format: "count",
    default: 2000,
    min: 1,
    max: 100_000,
    restart: true,
  },
} as const satisfies Schema;

export type OtelConfig = ConfigOf<typeof otelSchema>;
