import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { Component } from "../../app_runtime/contracts/component.ts";
import type { FinishedSpan } from "./finished_span.ts";
import type { OtelConfig } from "./otel_schema.ts";
import type { OtelSdk } from "./otel_sdk.ts";

/** Somebody else has registered an OpenTelemetry SDK in this node process; there can be only one. */
export class OtelRegisteredError extends RuntimeError {
  readonly code = "OTEL_REGISTERED";
  override readonly failureClass = "permanent";

  constructor() {
    super(
      "An OpenTelemetry SDK is already registered in this node process. Set the exporter to none, and the runtime records through that SDK, or remove that SDK.",
    );
  }
}

/**
 * Records the runtime's traces while it runs. The SDK is imported when it is needed, and unregistered again on stop, so
 * that a runtime can be started twice in one node process.
 */
export class OtelComponent implements Component {
  readonly name = "otel";
  readonly needs: readonly string[] = [];
  readonly #config: OtelConfig;
  readonly #serviceName: string;
  #sdk: OtelSdk | undefined;

  constructor(parts: { readonly config: OtelConfig; readonly serviceName: string }) {
    this.#config = parts.config;
    this.#serviceName = parts.serviceName;
  }

  /** @throws {OtelRegisteredError} */
  async start(): Promise<void> {
    if (this.#config.exporter === "none") return;
    const { OtelSdk } = await import("./otel_sdk.ts");
    this.#sdk = new OtelSdk({ ...this.#config, exporter: this.#config.exporter, serviceName: this.#serviceName });
    if (!this.#sdk.register()) throw new OtelRegisteredError();
  }

  async stop(signal: AbortSignal): Promise<void> {
    await this.#sdk?.stop(signal);
  }

  /** The latest spans of the `memory` exporter, in the order in which they ended; none with another exporter. */
  finishedSpans(): readonly FinishedSpan[] {
    return this.#sdk?.ring?.finishedSpans() ?? [];
  }
}
