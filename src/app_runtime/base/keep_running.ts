import type { Clock } from "./clock.ts";
import { decideRestart, noRestarts, type RestartPolicy } from "./restart_policy.ts";
import { sleep } from "./sleep.ts";

/** What a supervisor does with something that should always run. */
export interface Supervised {
  readonly clock: Clock;
  readonly policy: RestartPolicy;
  readonly random: () => number;
  /** Aborted when it should stop; then an end is no failure. */
  readonly signal: AbortSignal;
  /** One life. Resolving means it ended by itself, rejecting that it failed. */
  readonly run: () => Promise<void>;
  readonly onRestart: (failure: unknown, delayMs: number) => void;
  readonly onGiveUp: (failure: unknown, restarts: number) => void;
}

/** Runs it again and again, with back-off and within its budget. Resolves when it was stopped, has ended, or is given up. */
export async function keepRunning(unit: Supervised): Promise<"stopped" | "gave-up"> {
  let history = noRestarts;
  while (!unit.signal.aborted) {
    const startedAt = unit.clock.now();
    const end = await outcomeOf(unit.run);
    if (unit.signal.aborted || end.kind === "ended") return "stopped";
    const exit = { startedAt, endedAt: unit.clock.now() };
    const decision = decideRestart(unit.policy, history, exit, unit.random);
    if (decision.kind === "give-up") {
      unit.onGiveUp(end.failure, decision.restarts);
      return "gave-up";
    }
    history = decision.history;
    const delayMs = decision.atMs - exit.endedAt;
    unit.onRestart(end.failure, delayMs);
    await sleep(unit.clock, delayMs, unit.signal);
  }
  return "stopped";
}

type End = { readonly kind: "ended" } | { readonly kind: "failed"; readonly failure: unknown };

async function outcomeOf(run: () => Promise<void>): Promise<End> {
  try {
    await run();
    return { kind: "ended" };
  } catch (failure) {
    return { kind: "failed", failure };
  }
}
