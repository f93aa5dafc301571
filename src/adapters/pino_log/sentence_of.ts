import { assertNever } from "../../app_runtime/base/assert_never.ts";
import { formatDuration } from "../../app_runtime/base/duration.ts";
import type { RuntimeEvent, ShutdownReport } from "../../app_runtime/contracts/runtime_event.ts";
import type { AbortReason } from "../../app_runtime/contracts/task_errors.ts";

const maxListed = 10;

/** An event as a sentence for an operator. Its unit stands beside it in every format, so it is not repeated. */
export function sentenceOf(event: RuntimeEvent): string {
  switch (event.kind) {
    case "runtime.state_changed":
      return `The runtime was ${event.from} and is ${event.to}.`;
    case "component.started":
    case "unit.started":
      return `Started in ${ms(event.tookMs)}.`;
    case "component.stopped":
    case "unit.stopped":
      return `Stopped in ${ms(event.tookMs)}.`;
    case "component.failed":
      return `Failed to ${event.phase}: ${event.error}`;
    case "component.stop_overdue":
      return `Still not stopped after ${ms(event.deadlineMs)}; the shutdown goes on without waiting for it.`;
    case "unit.failed":
      return `Failed: ${event.error}`;
    case "unit.restarting":
      return `Failed and is started again in ${ms(event.delayMs)}: ${event.error}`;
    case "unit.gave_up":
      return `Failed again after ${event.restarts} restarts within ${ms(event.withinMs)} and stays stopped; the other units go on: ${event.error}`;
    case "unit.paused":
      return `Paused by ${event.by}.`;
    case "unit.resumed":
      return `Resumed by ${event.by}.`;
    case "config.applied":
      return `Configuration ${event.version} applies${changed(event.changes)}.${afterRestart(event.restart)}`;
    case "config.rejected":
      return `The new configuration was rejected and the old one stays: ${event.error}`;
    case "task.published":
      return event.result === "stored"
        ? `Task ${event.taskId} was published to queue ${event.queue}.`
        : `Task ${event.taskId} was already known to queue ${event.queue}; nothing was added.`;
    case "task.started":
      return `Task ${event.taskId} was started, attempt ${event.attempt}.`;
    case "task.done":
      return `Task ${event.taskId} was done in ${ms(event.tookMs)}.`;
    case "task.retried":
      return `Task ${event.taskId} failed at attempt ${event.attempt} and is tried again in ${ms(event.delayMs)}: ${event.reason}`;
    case "task.dead_lettered":
      return `Task ${event.taskId} was given up (${event.reason}) and is kept as a dead letter: ${event.detail}`;
    case "task.requeued":
      return `Task ${event.taskId} was put back without burning an attempt (${reasonWords[event.reason]}).`;
    case "task.aborted":
      return `Task ${event.taskId} was told to stop (${reasonWords[event.reason]}).`;
    case "task.abandoned":
      return `Task ${event.taskId} did not stop; it was left running after ${ms(event.heldForMs)}.`;
    case "task.record_failed":
      return `The result of task ${event.taskId} could not be recorded, so it will be handed out again: ${event.error}`;
    case "loop.blocked":
      return `The event loop stood still for ${ms(event.blockedMs)}${suspected(event.suspects)}.`;
    case "outage.began":
      return `Its sources are paused after ${event.failures} outage errors in a row; it probes until one task succeeds. The last error: ${event.error}`;
    case "outage.ended":
      return `The outage is over after ${ms(event.lastedMs)}; its sources go on.`;
    case "dead_letter.retried":
      return `Dead letter ${event.taskId} was put back into the queue.`;
    case "dead_letter.discarded":
      return `Dead letter ${event.taskId} was discarded.`;
    case "dead_letter.dropped":
      return `Dead letter ${event.taskId} was dropped: it was the oldest of more than ${event.limit}. Retry or discard them, or raise the queue's maxDeadLetters.`;
    case "health.changed":
      // No colon: "pass: word" is what a secret looks like, and the word would be masked.
      return `Health went from ${event.from} to ${event.to}. ${event.output ?? ""}`.trimEnd();
    case "control.acted":
      return `${event.actor} asked for ${event.action} of ${event.target}: ${event.result}.`;
    case "shutdown.reported":
      return shutdownWords(event.report);
    case "unit.fact":
      return event.message;
    default:
      return assertNever(event);
  }
}

const reasonWords: Readonly<Record<AbortReason | "outage", string>> = {
  "lease-lost": "its lease ran out",
  "source-lost": "another runtime works its source now",
  timeout: "it ran into its time limit",
  shutdown: "the runtime is stopping",
  outage: "what its handler needs is down",
};

/** 12 is "12ms", 90000 is "90s", 1499.7 is "1500ms". */
function ms(durationMs: number): string {
  return formatDuration(durationMs);
}

function afterRestart(paths: readonly string[]): string {
  return paths.length === 0 ? "" : ` Only after a restart: ${paths.join(", ")}.`;
}

function changed(changes: readonly string[]): string {
  return changes.length === 0 ? "" : `; changed: ${listed(changes)}`;
}

function suspected(suspects: readonly string[]): string {
  return suspects.length === 0 ? "" : `, while these tasks ran: ${listed(suspects)}`;
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, maxListed).join(", ");
  return items.length > maxListed ? `${shown} and ${items.length - maxListed} more` : shown;
}

function shutdownWords(report: ShutdownReport): string {
  const counts = `${report.drained} tasks finished, ${report.requeued} put back, ${report.abandoned} left running`;
  const errors = report.components.flatMap(({ name, error }) => (error === undefined ? [] : [`${name}: ${error}`]));
  const words = `Stopped (${report.reason}) in ${ms(report.tookMs)} of ${ms(report.deadlineMs)}: ${counts}.`;
  return errors.length === 0 ? words : `${words} Not cleanly stopped: ${listed(errors)}`;
}
