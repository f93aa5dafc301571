import type { HandlerOutlet } from "../../../src/app_runtime/workers/run.ts";

/** Refuses what a test does not expect. */
export function outletOf(given: Partial<HandlerOutlet>): HandlerOutlet {
  return {
    publish: () => Promise.reject(new Error("nothing is published here")),
    prepareFollowUp: () => {
      throw new Error("there are no follow-ups here");
    },
    missedFollowUp: () => undefined,
    releaseFollowUps: () => undefined,
    ...given,
  };
}
