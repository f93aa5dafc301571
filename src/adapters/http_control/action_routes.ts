import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import type { ConfigReload, ControlledRole } from "../../app_runtime/control/api.ts";
import { answerWithin } from "./answer_within.ts";
import type { ControlParts } from "./control_parts.ts";
import { problem, problemMediaType } from "./problem.ts";
import { readNothing, readSelection } from "./request_fields.ts";
import { guardMediaType } from "./request_guard.ts";

interface Target {
  readonly name: string;
  /** Of a dead letter; absent in paths that have none. */
  readonly id: TaskId;
}

interface ActionAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** Does what one path stands for, on behalf of `actor`. */
type Act = (actor: string, target: Target, body: unknown, signal: AbortSignal) => Promise<ActionAnswer>;

const pathOf: Readonly<Record<ControlledRole, string>> = { source: "sources", queue: "queues", worker: "workers" };

/** Everything that changes something: POST with JSON, audited, and safe to repeat. */
export function addActions(app: FastifyInstance, { control, clock }: ControlParts, limitMs: number): void {
  const add = (path: string, act: Act) => {
    app.post<{ Params: Target }>(path, { onRequest: requireJson }, async ({ ip, params, body }, reply) => {
      const answer = await answerWithin(clock, limitMs, (signal) => act(`http ${ip}`, params, body, signal));
      return reply.code(answer.status).type(answer.type).send(JSON.stringify(answer.body));
    });
  };
  for (const role of ["source", "queue", "worker"] as const) {
    for (const verb of ["pause", "resume"] as const) {
      add(`/${pathOf[role]}/:name/${verb}`, async (actor, { name }, body) => {
        readNothing(body);
        return answer(200, await control[verb](actor, role, name));
      });
    }
  }
  add("/sources/:name/trigger", async (actor, { name }, body) => {
    readNothing(body);
    await control.trigger(actor, name);
    return answer(202, { unit: `source:${name}`, triggered: true });
  });
  for (const verb of ["retry", "discard"] as const) {
    add(`/queues/:name/dead-letters/:id/${verb}`, async (actor, { name, id }, body) => {
      readNothing(body);
      await control[`${verb}DeadLetter`](actor, name, id);
      return answer(200, { queue: name, taskId: id, done: verb });
    });
    add(`/queues/:name/dead-letters/${verb}`, async (actor, { name }, body, signal) => {
      return answer(200, await control[`${verb}DeadLetters`](actor, name, readSelection(body), signal));
    });
  }
  add("/config/reload", async (actor, _target, body) => {
    readNothing(body);
    return reloadAnswer(await control.reloadConfig(actor));
  });
}

function requireJson(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  guardMediaType(request.headers["content-type"]);
  done();
}

function answer(status: number, body: unknown): ActionAnswer {
  return { status, type: "application/json; charset=utf-8", body };
}

function reloadAnswer(reload: ConfigReload): ActionAnswer {
  if (reload.kind !== "rejected") return answer(200, reload);
  const words = `The configuration was not changed; version ${reload.version} stays.`;
  return {
    status: 422,
    type: problemMediaType,
    body: { ...problem(422, "CONFIG_INVALID", words), problems: reload.problems },
  };
}
