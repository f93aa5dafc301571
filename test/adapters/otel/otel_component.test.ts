import { trace } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, onTestFinished, test, vi } from "vitest";
import { OtelComponent, type OtelConfig, OtelRegisteredError } from "../../../src/adapters/otel/index.ts";
import { TraceService } from "../../../src/app_runtime/tracing/api.ts";

const traces = new TraceService({ propagation: "link", configVersion: () => "v1" });

function newOtel(config: Partial<OtelConfig>): OtelComponent {
  const otel = new OtelComponent({
    config: { exporter: "memory", sampleRatio: 1, memorySpans: 100, ...config },
    serviceName: "shop",
  });
  onTestFinished(() => stop(otel));
  return otel;
}

async function stop(otel: OtelComponent): Promise<void> {
  await otel.stop(new AbortController().signal);
}

function names(otel: OtelComponent): readonly string[] {
  return otel.finishedSpans().map((span) => span.name);
}

test("what the runtime does while it runs can be read afterwards", async () => {
  const otel = newOtel({});
  await otel.start();
  const published = traces.publish("orders", "mail-7");
  published.fail(new Error("the queue is gone"));
  published.event("gave up", { after: 3 });
  published.child("look around").end();
  published.end();
  await stop(otel);

  expect(names(otel)).toEqual(["look around", "publish orders"]);
  const [child, parent] = otel.finishedSpans();
  expect(child).toMatchObject({ kind: "internal", parentSpanId: parent?.spanId, traceId: published.traceId });
  expect(parent).toMatchObject({
    kind: "producer",
    status: "error",
    statusMessage: "the queue is gone",
    events: [{ name: "exception" }, { name: "gave up", attributes: { after: 3 } }],
  });
  expect(Math.abs(Date.now() - (parent?.startedAt ?? 0))).toBeLessThan(60_000);
});

test("after a stop nothing is recorded any more, and it can be started again", async () => {
  const first = newOtel({});
  await first.start();
  await stop(first);
  await stop(first);
  traces.begin("between").end();

  const second = newOtel({});
  await second.start();
  traces.begin("again").end();
  expect([names(first), names(second)]).toEqual([[], ["again"]]);
});

test("only the latest spans are kept", async () => {
  const otel = newOtel({ memorySpans: 3 });
  await otel.start();
  for (const name of ["a", "b", "c", "d", "e"]) traces.begin(name).end();
  expect(names(otel)).toEqual(["c", "d", "e"]);
});

test("a trace that is not sampled has ids and leaves no span", async () => {
  const otel = newOtel({ sampleRatio: 0 });
  await otel.start();
  const received = traces.begin("receive inbox");
  received.end();
  expect(received.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(names(otel)).toEqual([]);
});

test("the exporter none leaves the node process as it was", async () => {
  const otel = newOtel({ exporter: "none" });
  await otel.start();
  const theirs = new TracerProvider();
  expect(trace.setGlobalTracerProvider(theirs)).toBe(true);
  onTestFinished(() => trace.disable());
});

test("the exporter console prints each span with the name of the service", async () => {
  const print = vi.spyOn(console, "dir").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const otel = newOtel({ exporter: "console" });
  await otel.start();
  traces.begin("receive inbox").end();
  await stop(otel);
  expect(print.mock.calls[0]?.[0]).toMatchObject({
    name: "receive inbox",
    resource: { attributes: { "service.name": "shop" } },
  });
});

test("another SDK is not pushed aside: starting fails, stopping leaves it alone", async () => {
  trace.setGlobalTracerProvider(new TracerProvider());
  onTestFinished(() => trace.disable());
  const otel = newOtel({});
  await expect(otel.start()).rejects.toThrow(OtelRegisteredError);
  await stop(otel);
  expect(trace.setGlobalTracerProvider(new TracerProvider())).toBe(false);
});

test("an export that hangs does not hold up the stop beyond its deadline", async () => {
  const otel = newOtel({});
  await otel.start();
  const hanging = vi.spyOn(TracerProvider.prototype, "shutdown").mockReturnValue(new Promise(() => {}));
  onTestFinished(() => hanging.mockRestore());
  const deadline = new AbortController();
  const stopping = otel.stop(deadline.signal);
  deadline.abort();
  await expect(stopping).resolves.toBeUndefined();
});
