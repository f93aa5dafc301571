import type { StatusJson } from "./status_json.ts";

/** The status as a person reads it in a terminal: one table per kind of unit. */
export function statusText(status: StatusJson): string {
  const { runtime } = status;
  const title = `${runtime.name}  ${runtime.phase}  up ${age(runtime.upMs)}  config ${runtime.configVersion}  health ${status.health.status}`;
  const blocks = [
    title,
    sourceTable(status),
    queueTable(status),
    workerTable(status),
    peerTable(status),
    healthTable(status),
    pauses(status),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function sourceTable({ sources }: StatusJson): string {
  return table(
    ["source", "state", "queue", "backlog", "in flight", "published", "settled", "last proof", "error"],
    sources.map(({ name, queue, status, failure }) => [
      name,
      failure === undefined ? status.state : "failed",
      queue,
      status.backlog,
      status.inFlight,
      status.published,
      status.settled,
      status.lastProofAgoMs === undefined ? "none" : `${age(status.lastProofAgoMs)} ago`,
      failure ?? status.lastError ?? "",
    ]),
  );
}

function queueTable({ queues }: StatusJson): string {
  const hasFollowUps = queues.some(({ followUps }) => followUps !== undefined);
  const head = ["queue", "state", "waiting", "delayed", "leased", "dead", "capacity", "oldest", "done", "retried"];
  return table(
    hasFollowUps ? [...head, "follow-ups to come"] : head,
    queues.map(({ name, stats, followUps }) => [
      name,
      stats.paused ? "paused" : "open",
      stats.waiting,
      stats.delayed,
      stats.leased,
      stats.dead,
      stats.capacity,
      age(stats.oldestWaitingMs),
      stats.acked,
      stats.retried,
      ...(hasFollowUps ? [toCome(followUps)] : []),
    ]),
  );
}

function toCome(followUps: StatusJson["queues"][number]["followUps"]): string {
  if (followUps === undefined) return "";
  const { waiting, moreWait, lastError = "" } = followUps;
  return `${waiting}${moreWait ? " and more" : ""} ${lastError}`.trimEnd();
}

function workerTable({ workers }: StatusJson): string {
  return table(
    ["workers", "state", "busy", "queue", "handler", "error"],
    workers.map((pool) => [
      pool.name,
      pool.state,
      `${pool.busy}/${pool.concurrency}`,
      pool.queue,
      pool.handler,
      pool.failure ?? "",
    ]),
  );
}

function peerTable({ peers }: StatusJson): string {
  if (peers === undefined) return "";
  const rows = table(
    ["runtime", "host", "process", "state", "up", "config", "sources", "busy", "late", "memory", "told"],
    peers.runtimes.map((peer) => [
      peer.isSelf ? `${peer.name} (this)` : peer.name,
      peer.host,
      peer.pid,
      peer.state === "live" ? peer.phase : peer.state,
      age(peer.upMs),
      peer.configVersion,
      peer.sources.map(({ name, state }) => `${name} ${state}`).join(", "),
      `${sum(peer.pools.map(({ busy }) => busy))}/${sum(peer.pools.map(({ concurrency }) => concurrency))}`,
      `${peer.load.loopDelayMs} ms`,
      `${Math.round(peer.load.rssBytes / 1_000_000)} MB`,
      `${age(peer.toldAgoMs)} ago`,
    ]),
  );
  return peers.trouble === undefined
    ? rows
    : `${rows}\nThe list of runtimes is old: ${cell(peers.trouble)}`.trimStart();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function healthTable({ health }: StatusJson): string {
  return table(
    ["health", "state", ""],
    health.checks.map((check) => [check.name, check.status, check.output ?? ""]),
  );
}

function pauses(status: StatusJson): string {
  return table(
    ["paused", "by", "since"],
    status.pauses.map((pause) => [pause.unit, pause.by, pause.at]),
  );
}

/** Columns as wide as their widest cell; numbers to the right. Empty when there are no rows. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return "";
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => cell(row[column]).length)));
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((value, column) => pad(value, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [head, ...rows].map(line).join("\n");
}

function pad(value: string | number, width: number): string {
  return typeof value === "number" ? cell(value).padStart(width) : cell(value).padEnd(width);
}

/** What came from outside (an error's words, a task's name) must not move the cursor. */
function cell(value: string | number | undefined): string {
  return String(value ?? "").replaceAll(/\p{Cc}+/gu, " ");
}

function age(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return ms > 0 && ms < 10_000 ? `${(ms / 1_000).toFixed(1)}s` : `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3_600)}h ${Math.floor((seconds % 3_600) / 60)}m`;
}
