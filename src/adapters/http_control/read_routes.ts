import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { DeadLetter } from "../../app_runtime/contracts/dead_letter.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import type { HealthVerdict } from "../../app_runtime/health/api.ts";
import { answerWithin } from "./answer_within.ts";
import type { ControlParts } from "./control_parts.ts";
import type { EventCounts } from "./event_counts.ts";
import { healthJson, healthMediaType } from "./health_json.ts";
import { prometheusMediaType, prometheusText } from "./prometheus_text.ts";
import { readPage } from "./request_fields.ts";
import { stateMetrics } from "./state_metrics.ts";
import { poolJson, queueJson, sourceJson, statusJson } from "./status_json.ts";
import { statusText } from "./status_text.ts";

interface Named {
  Params: { readonly name: string };
}

interface NamedLetter {
  Params: { readonly name: string; readonly id: TaskId };
}

/** Three questions with a yes or no: worth keeping, booted, ready for work. */
export function addProbes(app: FastifyInstance, { health }: ControlParts): void {
  app.get("/livez", (_request, reply) => answerProbe(reply, health.liveness()));
  app.get("/startupz", (_request, reply) => answerProbe(reply, health.startup()));
  app.get("/readyz", (_request, reply) => answerProbe(reply, health.readiness()));
}

/** The state as a whole, for people, monitoring and Prometheus. */
export function addOverviews(app: FastifyInstance, parts: ControlParts, counts: EventCounts): void {
  const { control, health, clock } = parts;
  app.get("/health", (_request, reply) => {
    const report = health.report();
    return reply
      .code(report.state === "fail" ? 503 : 200)
      .type(healthMediaType)
      .send(JSON.stringify(healthJson(report)));
  });
  app.get("/status", (request, reply) => {
    const status = statusJson(control.status(), health.report(), clock.now());
    return wantsText(request) ? reply.type("text/plain; charset=utf-8").send(statusText(status)) : status;
  });
  app.get("/metrics", (_request, reply) => {
    const state = stateMetrics(control.status(), health.report(), clock.now());
    return reply.type(prometheusMediaType).send(prometheusText([...state, ...counts.families()]));
  });
}

/** Units, dead letters and configuration, one by one. */
export function addViews(app: FastifyInstance, parts: ControlParts, limitMs: number): void {
  const { control, clock } = parts;
  app.get("/sources", () => control.sources().map((source) => sourceJson(source, clock.now())));
  app.get<Named>("/sources/:name", ({ params }) => sourceJson(control.source(params.name), clock.now()));
  app.get("/queues", () => control.queues().map((queue) => queueJson(queue, clock.now())));
  app.get<Named>("/queues/:name", ({ params }) => queueJson(control.queue(params.name), clock.now()));
  app.get<Named>("/queues/:name/dead-letters", async ({ params, query }) => {
    const page = await answerWithin(clock, limitMs, () => control.deadLetters(params.name, readPage(query)));
    return { ...page, letters: page.letters.map(withoutPayload) };
  });
  app.get<NamedLetter>("/queues/:name/dead-letters/:id", async ({ params }) => {
    return await answerWithin(clock, limitMs, () => control.deadLetter(params.name, params.id));
  });
  app.get("/workers", () => control.pools().map((pool) => poolJson(pool, clock.now())));
  app.get<Named>("/workers/:name", ({ params }) => poolJson(control.pool(params.name), clock.now()));
  app.get("/config", () => control.config());
}

function answerProbe(reply: FastifyReply, verdict: HealthVerdict): FastifyReply {
  if (verdict.ok) return reply.code(200).send({ status: "pass" });
  return reply.code(503).send({ status: "fail", reasons: verdict.reasons });
}

/** Payloads may be large, and a list is looked through by id and cause. */
function withoutPayload({ task, ...letter }: DeadLetter) {
  const { payload: _, ...rest } = task;
  return { ...letter, task: rest };
}

/** `?format=text`, or a client that asks for plain text (curl -H "accept: text/plain"). */
function wantsText(request: FastifyRequest): boolean {
  const format: unknown = Reflect.get(Object(request.query), "format");
  if (format !== undefined) return format === "text";
  return request.headers.accept?.startsWith("text/plain") ?? false;
}
