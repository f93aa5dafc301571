import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import { type FinishedSpan, finishedSpan } from "./finished_span.ts";

/** Keeps the latest finished spans in memory: a span processor, since nothing needs to be exported. */
export class SpanRing implements SpanProcessor {
  readonly #capacity: number;
  readonly #spans: ReadableSpan[] = [];
  #oldest = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#spans.length < this.#capacity) {
      this.#spans.push(span);
      return;
    }
    this.#spans[this.#oldest] = span;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
  }

  /** In the order in which they ended. */
  finishedSpans(): readonly FinishedSpan[] {
    return [...this.#spans.slice(this.#oldest), ...this.#spans.slice(0, this.#oldest)].map(finishedSpan);
  }

  async forceFlush(): Promise<void> {}

  /** What was recorded stays readable after the runtime has stopped. */
  async shutdown(): Promise<void> {}
}
