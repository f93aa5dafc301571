import { describe, expect, test } from "vitest";
import { TraceService } from "../../../src/app_runtime/tracing/api.ts";
import { parseTraceparent } from "../../../src/app_runtime/tracing/traceparent.ts";
import { sampleTask } from "./sample_task.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const recordedElsewhere = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: "vendor=1" };

describe("without an SDK", () => {
  const traces = new TraceService({ propagation: "link", configVersion: () => "v1" });

  test("a task keeps one trace id from its source to its reply", () => {
    const received = traces.begin("receive inbox");
    const published = traces.publish("orders", "mail-7", received.carrier);
    const processed = traces.process("orders", sampleTask(published.carrier), 1);
    const reply = traces.resume("send reply", processed.child("store order").carrier);

    expect(received.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect([published.traceId, processed.traceId, reply.traceId]).toEqual(Array(3).fill(received.traceId));
  });

  test("each step has a span id of its own, and keeps it", () => {
    const published = traces.publish("orders", "mail-7");
    const processed = traces.process("orders", sampleTask(published.carrier), 1);
    const spans = [published, processed, published].map((step) => parseTraceparent(step.carrier.traceparent)?.spanId);
    expect(spans[0]).not.toBe(spans[1]);
    expect(spans[2]).toBe(spans[0]);
  });

  test("two tasks have two traces", () => {
    expect(traces.publish("orders", "a").traceId).not.toBe(traces.publish("orders", "b").traceId);
  });

  test("what came from a recording caller is passed on: trace id, sampling flag and vendor state", () => {
    const { traceparent, tracestate } = traces.publish("orders", "mail-7", recordedElsewhere).carrier;
    expect(parseTraceparent(traceparent)).toMatchObject({ traceId, flags: 1 });
    expect(tracestate).toBe("vendor=1");
  });

  test("an oversized vendor state is dropped, the trace goes on", () => {
    const { carrier } = traces.publish("orders", "mail-7", { ...recordedElsewhere, tracestate: "x".repeat(513) });
    expect(carrier.tracestate).toBeUndefined();
    expect(parseTraceparent(carrier.traceparent)?.traceId).toBe(traceId);
  });

  test("an invalid traceparent begins a new trace", () => {
    const processed = traces.process("orders", sampleTask({ traceparent: "nonsense" }), 1);
    expect(processed.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(processed.carrier.traceparent).toContain(processed.traceId);
  });

  test("a carrier crosses a database and a thread", () => {
    const { carrier, traceId: minted } = traces.publish("orders", "mail-7");
    for (const arrived of [JSON.parse(JSON.stringify(carrier)), structuredClone(carrier)])
      expect(traces.process("orders", sampleTask(arrived), 1).traceId).toBe(minted);
  });

  test("recording calls are accepted and run() runs", () => {
    const trace = traces.begin("receive inbox", { mails: 3 });
    trace.set({ mails: 4 });
    trace.event("looked");
    trace.fail(new Error("no"));
    expect(trace.run(() => "result")).toBe("result");
    trace.end();
  });
});
