import type {
  RuntimeEvent,
  RuntimeEventBody,
  RuntimeEventKind,
} from "../../../src/app_runtime/contracts/runtime_event.ts";

const taskId = "mail-7";

/** One event of every kind; a kind that is forgotten does not compile. */
const bodies: { readonly [K in RuntimeEventKind]: Extract<RuntimeEventBody, { readonly kind: K }> } = {
  "runtime.state_changed": { kind: "runtime.state_changed", unit: "runtime", from: "booting", to: "running" },
  "component.started": { kind: "component.started", unit: "component:journal", tookMs: 12 },
  "component.stopped": { kind: "component.stopped", unit: "component:journal", tookMs: 3 },
  "component.failed": {
    kind: "component.failed",
    unit: "component:journal",
    phase: "load",
    error: "The disk is full.",
  },
  "component.stop_overdue": { kind: "component.stop_overdue", unit: "component:journal", deadlineMs: 5_000 },
  "unit.started": { kind: "unit.started", unit: "source:inbox", tookMs: 40 },
  "unit.stopped": { kind: "unit.stopped", unit: "source:inbox", tookMs: 4 },
  "unit.failed": { kind: "unit.failed", unit: "source:inbox", error: "There is no folder INBX." },
  "unit.restarting": { kind: "unit.restarting", unit: "worker:orders", delayMs: 2_000, error: "A bug." },
  "unit.gave_up": { kind: "unit.gave_up", unit: "worker:orders", restarts: 5, withinMs: 60_000, error: "A bug." },
  "unit.paused": { kind: "unit.paused", unit: "queue:orders", by: "http 127.0.0.1" },
  "unit.resumed": { kind: "unit.resumed", unit: "queue:orders", by: "http 127.0.0.1" },
  "config.applied": {
    kind: "config.applied",
    unit: "runtime",
    version: "v2",
    changes: ["queues.orders.capacity"],
    restart: [],
  },
  "config.rejected": { kind: "config.rejected", unit: "runtime", error: "app.yaml:3 capcity is unknown." },
  "task.published": { kind: "task.published", unit: "source:inbox", taskId, queue: "orders", result: "stored" },
  "task.started": { kind: "task.started", unit: "worker:orders", taskId, attempt: 2 },
  "task.done": { kind: "task.done", unit: "worker:orders", taskId, tookMs: 70 },
  "task.retried": { kind: "task.retried", unit: "worker:orders", taskId, attempt: 2, delayMs: 4_000, reason: "Busy." },
  "task.dead_lettered": {
    kind: "task.dead_lettered",
    unit: "worker:orders",
    taskId,
    reason: "rejected",
    detail: "No such article.",
  },
  "task.requeued": { kind: "task.requeued", unit: "worker:orders", taskId, reason: "shutdown" },
  "task.aborted": { kind: "task.aborted", unit: "worker:orders", taskId, reason: "timeout" },
  "task.abandoned": { kind: "task.abandoned", unit: "worker:orders", taskId, heldForMs: 31_000 },
  "task.record_failed": { kind: "task.record_failed", unit: "worker:orders", taskId, error: "The disk is full." },
  "loop.blocked": { kind: "loop.blocked", unit: "runtime", blockedMs: 1_500, suspects: [taskId, "mail-8"] },
  "outage.began": { kind: "outage.began", unit: "worker:orders", failures: 5, error: "SMTP is down." },
  "outage.ended": { kind: "outage.ended", unit: "worker:orders", lastedMs: 120_000 },
  "dead_letter.retried": { kind: "dead_letter.retried", unit: "queue:orders", taskId },
  "dead_letter.discarded": { kind: "dead_letter.discarded", unit: "queue:orders", taskId },
  "dead_letter.dropped": { kind: "dead_letter.dropped", unit: "queue:orders", taskId, limit: 1_000 },
  "health.changed": { kind: "health.changed", unit: "source:inbox", from: "pass", to: "fail", output: "No answer." },
  "control.acted": {
    kind: "control.acted",
    unit: "runtime",
    actor: "http 127.0.0.1",
    action: "source.pause",
    target: "source:inbox",
    result: "done",
  },
  "shutdown.reported": {
    kind: "shutdown.reported",
    unit: "runtime",
    report: {
      reason: "SIGTERM",
      tookMs: 1_500,
      deadlineMs: 30_000,
      drained: 3,
      requeued: 1,
      abandoned: 0,
      components: [{ name: "journal", tookMs: 10, error: "The disk is full." }],
    },
  },
  "unit.fact": {
    kind: "unit.fact",
    unit: "source:inbox",
    code: "IMAP_RECONNECTED",
    level: "info",
    message: "Connected again after 3 s.",
    fields: { host: "imap.example.com", password: "hunter2" },
  },
};

export const everyEvent: readonly RuntimeEvent[] = Object.values(bodies).map((body, index) =>
  numbered(body, index + 1),
);

/** As the channel would pass it on. */
export function numbered(body: RuntimeEventBody, seq = 1): RuntimeEvent {
  return { ...body, seq, at: Date.UTC(2026, 0, 1) + seq };
}
