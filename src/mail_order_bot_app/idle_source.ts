import type { TaskSource } from "../app_runtime/index.ts";

/** Stands where a source would, and does nothing. */
export function idleSource(name: string): TaskSource {
  return {
    name,
    start: async () => undefined,
    quiesce: async () => undefined,
    stop: async () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    trigger: () => undefined,
    status: () => ({ state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} }),
    health: () => ({ state: "pass" }),
  };
}
