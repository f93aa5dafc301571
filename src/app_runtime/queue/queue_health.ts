import type { HealthContributor } from "../contracts/health_contributor.ts";
import type { QueueStats } from "../contracts/task_queue.ts";

/** `stats` tells how the queue of that name stands now. Dead letters wait for a person, and a pause should not be forgotten: both are warnings, so that somebody looks. */
export function queueHealth(name: string, stats: () => QueueStats): HealthContributor {
  return {
    name: `queue:${name}`,
    required: true,
    check: () => {
      const { waiting, delayed, leased, dead, paused, oldestWaitingMs, trouble } = stats();
      const observed = { waiting, delayed, leased, dead, oldestWaitingMs: Math.round(oldestWaitingMs) };
      if (trouble !== undefined) return { state: "fail", observed, output: trouble };
      if (paused)
        return { state: "warn", observed, output: "Paused by an operator: nothing is handed out until it is resumed." };
      if (dead > 0)
        return { state: "warn", observed, output: `${dead} dead letters wait for somebody to retry or discard them.` };
      return { state: "pass", observed };
    },
  };
}
