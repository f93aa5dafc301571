import type { PeersView } from "../../app_runtime/contracts/peers.ts";
import type { ControlStatus, PoolView, QueueView, SourceView } from "../../app_runtime/control/api.ts";
import type { HealthCheck, HealthReport } from "../../app_runtime/health/api.ts";

/** Everything of /status. `now` is Clock.now(): times of that clock mean nothing outside, so they become ages. */
export function statusJson(status: ControlStatus, health: HealthReport, now: number) {
  return {
    runtime: {
      ...status.runtime,
      startedAt: new Date(status.runtime.startedAt).toISOString(),
      upMs: health.at - status.runtime.startedAt,
      pid: process.pid,
      node: process.version,
      rssBytes: process.memoryUsage.rss(),
    },
    health: { status: health.state, checks: health.checks.map(checkLine) },
    sources: status.sources.map((source) => sourceJson(source, now)),
    queues: status.queues.map((queue) => queueJson(queue, now)),
    workers: status.pools.map((pool) => poolJson(pool, now)),
    pauses: status.pauses.map((pause) => ({ ...pause, at: new Date(pause.at).toISOString() })),
    ...(status.peers !== undefined && { peers: peersJson(status.peers, health.at) }),
  };
}

export type StatusJson = ReturnType<typeof statusJson>;

export function sourceJson(source: SourceView, now: number) {
  const { lastProofAt, ...status } = source.status;
  return { ...source, status: { ...status, lastProofAgoMs: ago(lastProofAt, now) } };
}

export function queueJson(queue: QueueView, now: number) {
  const { lastPickupAt, ...stats } = queue.stats;
  return { ...queue, stats: { ...stats, lastPickupAgoMs: ago(lastPickupAt, now) } };
}

export function poolJson(pool: PoolView, now: number) {
  const workers = pool.workers.map(({ name, state }) =>
    state.kind === "busy"
      ? { name, state: state.kind, taskId: state.taskId, busyMs: ago(state.since, now) }
      : { name, state: state.kind, ...(state.kind === "stopped" && { failure: state.failure }) },
  );
  return { ...pool, workers, busy: workers.filter((worker) => worker.state === "busy").length };
}

/** `wallNow` in milliseconds since 1970 UTC. */
function peersJson({ self, peers, ...list }: PeersView, wallNow: number) {
  const runtimes = peers.map(({ card, state, agoMs }) => ({
    ...card,
    state,
    isSelf: card.id === self,
    startedAt: new Date(card.startedAt).toISOString(),
    upMs: Math.max(0, wallNow - card.startedAt),
    toldAgoMs: agoMs,
  }));
  return { ...list, runtimes };
}

function checkLine(check: HealthCheck) {
  return { name: check.name, status: check.finding.state, required: check.required, output: check.finding.output };
}

function ago(at: number | undefined, now: number): number | undefined {
  return at === undefined ? undefined : Math.max(0, Math.round(now - at));
}
