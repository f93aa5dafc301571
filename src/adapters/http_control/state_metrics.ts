import type { ControlStatus, QueueView, SourceView } from "../../app_runtime/control/api.ts";
import type { HealthReport } from "../../app_runtime/health/api.ts";
import type { MetricFamily, Sample } from "./prometheus_text.ts";

/** What the state says at this moment. `now` is Clock.now(). */
export function stateMetrics(status: ControlStatus, health: HealthReport, now: number): readonly MetricFamily[] {
  return [
    ...runtimeMetrics(status, health),
    ...queueMetrics(status.queues),
    ...sourceMetrics(status.sources, now),
    ...workerMetrics(status),
    ...peerMetrics(status),
    ...processMetrics(),
  ];
}

function runtimeMetrics({ runtime }: ControlStatus, health: HealthReport): readonly MetricFamily[] {
  const start: Sample = { value: runtime.startedAt / 1_000 };
  return [
    gauge("app_runtime_start_time_seconds", "When the boot began, in seconds since 1970.", [start]),
    gauge("app_runtime_phase", "1 for the phase the runtime is in.", [{ labels: { phase: runtime.phase }, value: 1 }]),
    gauge(
      "app_runtime_check_state",
      "1 for the state each health check is in.",
      health.checks.flatMap(({ name, finding }) =>
        ["pass", "warn", "fail"].map((state) => ({
          labels: { check: name, state },
          value: state === finding.state ? 1 : 0,
        })),
      ),
    ),
  ];
}

function queueMetrics(queues: readonly QueueView[]): readonly MetricFamily[] {
  const of = (value: (view: QueueView) => number) =>
    queues.map((view) => ({ labels: { queue: view.name }, value: value(view) }));
  return [
    gauge(
      "app_runtime_queue_tasks",
      "Tasks in the queue, by state.",
      queues.flatMap(({ name, stats }) =>
        (["waiting", "delayed", "leased", "dead"] as const).map((state) => ({
          labels: { queue: name, state },
          value: stats[state],
        })),
      ),
    ),
    gauge(
      "app_runtime_queue_capacity",
      "Tasks the queue takes before publishing waits.",
      of((q) => q.stats.capacity),
    ),
    gauge(
      "app_runtime_queue_paused",
      "1 while the queue hands out nothing.",
      of((q) => Number(q.stats.paused)),
    ),
    gauge(
      "app_runtime_queue_oldest_waiting_seconds",
      "How long the oldest task that could run has waited.",
      of((q) => q.stats.oldestWaitingMs / 1_000),
    ),
    counter(
      "app_runtime_queue_published_total",
      "Tasks accepted.",
      of((q) => q.stats.published),
    ),
    counter(
      "app_runtime_queue_duplicates_total",
      "Tasks recognised as already known.",
      of((q) => q.stats.duplicates),
    ),
    counter(
      "app_runtime_queue_acked_total",
      "Tasks finished.",
      of((q) => q.stats.acked),
    ),
    counter(
      "app_runtime_queue_retried_total",
      "Deliveries given back to be tried again.",
      of((q) => q.stats.retried),
    ),
    gauge(
      "app_runtime_follow_ups_waiting",
      "Follow-up tasks that are committed and not in the queue yet, at least.",
      queues.flatMap(({ name, followUps }) =>
        followUps === undefined ? [] : [{ labels: { queue: name }, value: followUps.waiting }],
      ),
    ),
  ];
}

function sourceMetrics(sources: readonly SourceView[], now: number): readonly MetricFamily[] {
  const of = (value: (view: SourceView) => number) =>
    sources.map((view) => ({ labels: { source: view.name }, value: value(view) }));
  const proofs = sources.flatMap(({ name, status: { lastProofAt } }) =>
    lastProofAt === undefined ? [] : [{ labels: { source: name }, value: (now - lastProofAt) / 1_000 }],
  );
  return [
    gauge(
      "app_runtime_source_backlog",
      "Seen outside, not yet offered.",
      of((s) => s.status.backlog),
    ),
    gauge(
      "app_runtime_source_in_flight",
      "Offered, not yet done or dead.",
      of((s) => s.status.inFlight),
    ),
    gauge("app_runtime_source_last_proof_age_seconds", "Since the outside last answered.", proofs),
    counter(
      "app_runtime_source_published_total",
      "Tasks published.",
      of((s) => s.status.published),
    ),
    counter(
      "app_runtime_source_settled_total",
      "Tasks settled outside.",
      of((s) => s.status.settled),
    ),
  ];
}

function workerMetrics({ pools }: ControlStatus): readonly MetricFamily[] {
  return [
    gauge(
      "app_runtime_workers",
      "Workers, by state.",
      pools.flatMap(({ name, workers }) =>
        ["idle", "busy", "stopped"].map((state) => ({
          labels: { pool: name, state },
          value: workers.filter((worker) => worker.state.kind === state).length,
        })),
      ),
    ),
  ];
}

function peerMetrics({ peers }: ControlStatus): readonly MetricFamily[] {
  if (peers === undefined) return [];
  const samples = (["live", "vanished"] as const).map((state) => ({
    labels: { state },
    value: peers.peers.filter((peer) => peer.state === state).length,
  }));
  return [gauge("app_runtime_peers", "Runtimes that belong together, this one among them, by state.", samples)];
}

function processMetrics(): readonly MetricFamily[] {
  const { user, system } = process.cpuUsage();
  return [
    counter("process_cpu_seconds_total", "CPU time used, user and system.", [{ value: (user + system) / 1_000_000 }]),
    gauge("process_resident_memory_bytes", "Resident memory.", [{ value: process.memoryUsage.rss() }]),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, type: "gauge", help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, type: "counter", help, samples };
}
