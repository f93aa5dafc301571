import type { Socket } from "node:net";
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { addActions } from "./action_routes.ts";
import type { ControlParts, ServerLimits } from "./control_parts.ts";
import type { EventCounts } from "./event_counts.ts";
import { isUnexpected, type Problem, problemMediaType, problemOf } from "./problem.ts";
import { addOverviews, addProbes, addViews } from "./read_routes.ts";
import { guardOrigin } from "./request_guard.ts";
import { RequestRefusedError } from "./request_refused_error.ts";
import { RouteTable } from "./route_table.ts";

/** The server, ready to listen. */
export function controlServer(parts: ControlParts, counts: EventCounts, limits: ServerLimits): FastifyInstance {
  const app = bareServer(limits);
  app.server.maxConnections = limits.connections;
  app.setErrorHandler((thrown, _request, reply) => {
    if (isUnexpected(thrown)) report(parts, thrown);
    return sendProblem(reply, problemOf(thrown));
  });
  guardEveryRequest(app);
  acceptJsonOnly(app);
  addRoutes(app, parts, counts, limits);
  return app;
}

function addRoutes(app: FastifyInstance, parts: ControlParts, counts: EventCounts, limits: ServerLimits): void {
  const routes = new RouteTable(app);
  app.setNotFoundHandler((request, reply) => refuseUnknownRoute(routes, request, reply));
  app.get("/", () => ({ paths: routes.list() }));
  addProbes(app, parts);
  addOverviews(app, parts, counts);
  addViews(app, parts, limits.readMs);
  addActions(app, parts, limits.actionMs);
}

/** A known path with another method is 405 with Allow, RFC 9110 section 15.5.6; fastify alone would say 404. */
function refuseUnknownRoute(routes: RouteTable, request: FastifyRequest, reply: FastifyReply): never {
  const path = request.url.split("?", 1)[0] ?? "";
  const allowed = routes.methodsOf(path);
  if (allowed === undefined) {
    throw new RequestRefusedError("HTTP_NOT_FOUND", `There is no ${path} here. GET / lists all paths.`);
  }
  reply.header("allow", allowed.join(", "));
  const message = `${path} takes ${allowed.join(" and ")}, not ${request.method}.`;
  throw new RequestRefusedError("HTTP_METHOD_NOT_ALLOWED", message);
}

function guardEveryRequest(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    guardOrigin({ host: request.headers.host, origin: request.headers.origin }, request.socket.localPort ?? 0);
    done();
  });
}

function bareServer(limits: ServerLimits): FastifyInstance {
  return fastify({
    logger: false,
    forceCloseConnections: true,
    return503OnClosing: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: { headersTimeout: limits.requestMs, connectionsCheckingInterval: limits.checkMs },
    routerOptions: { maxParamLength: 2_000 },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, problemOf(error)),
    clientErrorHandler: answerBrokenRequest,
    schemaController: { compilersFactory: noCompilers },
  });
}

/** We validate by hand, and loading fastify's schema compilers (ajv) would double the cost of starting the server. */
const noCompilers = {
  buildValidator: () => () => {
    throw new TypeError("The control plane uses no JSON schemas.");
  },
  buildSerializer: () => () => {
    throw new TypeError("The control plane uses no JSON schemas.");
  },
};

/** An empty body means no options, so that `curl -X POST -H "content-type: application/json"` is enough. */
function acceptJsonOnly(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, {});
    else void parseJson(request, String(body), (error, value) => done(error && notJson(error), value));
  });
}

function notJson(error: Error): RequestRefusedError {
  return new RequestRefusedError("HTTP_BODY_NOT_JSON", `The body is not JSON: ${error.message}`);
}

/** A request that is not HTTP, too slow or too large to become one: there is no reply object yet, only the socket. */
function answerBrokenRequest(error: FastifyError | Error, socket: Socket): void {
  if (!socket.writable) return;
  const { status, title, ...rest } = problemOf(Object.assign(error, { statusCode: 400 }));
  const body = JSON.stringify({ ...rest, title, status });
  const head = `HTTP/1.1 ${status} ${title}\r\ncontent-type: ${problemMediaType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body, () => socket.destroy());
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(problemMediaType).send(JSON.stringify(problem));
}

function report({ events }: ControlParts, thrown: unknown): void {
  events.emit({
    kind: "unit.fact",
    unit: "component:http_control",
    code: "CONTROL_REQUEST_FAILED",
    level: "error",
    message: `A request to the control plane failed: ${messageOf(thrown)}`,
    fields: { stack: thrown instanceof Error ? (thrown.stack ?? "") : "" },
  });
}
