import { context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TaskInvalidError } from "../../../src/app_runtime/contracts/task_errors.ts";
import { type Propagation, TraceService } from "../../../src/app_runtime/tracing/api.ts";
import { sampleTask } from "./sample_task.ts";

const exporter = new InMemorySpanExporter();

function register(): void {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

function unregister(): void {
  trace.disable();
  context.disable();
}

function newService(propagation: Propagation = "link"): TraceService {
  return new TraceService({ propagation, configVersion: () => "v7" });
}

function span(name: string): ReadableSpan {
  const found = exporter.getFinishedSpans().find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no span "${name}" was recorded`);
  return found;
}

describe("with an SDK registered", () => {
  beforeEach(register);
  afterEach(() => {
    unregister();
    exporter.reset();
  });

  test("publishing and processing speak OpenTelemetry's messaging conventions", () => {
    const traces = newService();
    const published = traces.publish("orders", "mail-7");
    published.end();
    traces.process("orders", sampleTask(published.carrier), 2).end();

    expect(span("publish orders").kind).toBe(SpanKind.PRODUCER);
    expect(span("publish orders").attributes).toEqual({
      "messaging.system": "app_runtime",
      "messaging.destination.name": "orders",
      "messaging.operation.name": "publish",
      "messaging.operation.type": "send",
      "messaging.message.id": "mail-7",
      "app_runtime.config.version": "v7",
    });
    expect(span("process orders").kind).toBe(SpanKind.CONSUMER);
    expect(span("process orders").attributes).toMatchObject({
      "messaging.operation.type": "process",
      "messaging.message.id": "mail-7",
      "app_runtime.task.attempt": 2,
    });
  });

  test("a delivery is linked to its publishing, in a trace of its own", () => {
    const traces = newService("link");
    const published = traces.publish("orders", "mail-7");
    const processed = traces.process("orders", sampleTask(published.carrier), 1);
    processed.end();

    expect(processed.traceId).not.toBe(published.traceId);
    expect(span("process orders").parentSpanContext).toBeUndefined();
    expect(span("process orders").links.map((link) => link.context.traceId)).toEqual([published.traceId]);
  });

  test("a delivery is a child of its publishing when config says parent", () => {
    const traces = newService("parent");
    const published = traces.publish("orders", "mail-7", { traceparent: "not valid" });
    const processed = traces.process("orders", sampleTask(published.carrier), 1);
    processed.end();

    expect(processed.traceId).toBe(published.traceId);
    expect(published.carrier.traceparent).toContain(span("process orders").parentSpanContext?.spanId);
    expect(span("process orders").links).toEqual([]);
  });

  test("a reply sent much later continues the trace it was given", () => {
    const traces = newService();
    const processed = traces.process("orders", sampleTask({}), 1);
    const reply = traces.resume("send reply", { ...processed.carrier, tracestate: "vendor=1" }, { tries: 2 });
    reply.end();

    expect(reply.traceId).toBe(processed.traceId);
    expect(reply.carrier.tracestate).toBe("vendor=1");
    expect(span("send reply").attributes).toEqual({ tries: 2, "app_runtime.config.version": "v7" });
  });

  test("a failure sets the status and records the cause", () => {
    const processed = newService().process("orders", sampleTask({}), 1);
    processed.fail(new TaskInvalidError("the payload is no order"));
    processed.end();

    expect(span("process orders").status).toEqual({ code: SpanStatusCode.ERROR, message: "the payload is no order" });
    expect(span("process orders").attributes["error.type"]).toBe("TASK_INVALID");
    expect(span("process orders").events.map((event) => event.name)).toEqual(["exception"]);
  });

  test("what is thrown without being an error is a failure too", () => {
    const processed = newService().process("orders", sampleTask({}), 1);
    processed.fail("no reason given");
    processed.end();
    expect(span("process orders").status.message).toBe("no reason given");
  });

  test("attributes, events and children belong to their span", () => {
    const received = newService().begin("receive inbox");
    received.set({ mails: 3 });
    received.event("looked", { seen: 1 });
    received.child("fetch mail", { uid: 9 }).end();
    received.end();

    expect(span("receive inbox").attributes.mails).toBe(3);
    expect(span("receive inbox").events.map((event) => event.name)).toEqual(["looked"]);
    expect(span("fetch mail").parentSpanContext?.spanId).toBe(span("receive inbox").spanContext().spanId);
  });

  test("run() makes the span the active one, for libraries that trace themselves", async () => {
    const processed = newService().process("orders", sampleTask({}), 1);
    const active: (Span | undefined)[] = [];
    await processed.run(async () => {
      await Promise.resolve();
      active.push(trace.getActiveSpan());
    });
    expect(active[0]?.spanContext().traceId).toBe(processed.traceId);
  });
});

test("an SDK is noticed whenever it comes, and when it goes", () => {
  const traces = newService();
  traces.begin("before").end();
  register();
  traces.begin("while").end();
  unregister();
  const after = traces.begin("after");
  after.end();

  expect(exporter.getFinishedSpans().map((recorded) => recorded.name)).toEqual(["while"]);
  expect(after.traceId).toMatch(/^[0-9a-f]{32}$/);
});
