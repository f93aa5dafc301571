import { expect, test } from "vitest";
import { next, type RuntimeMove, type RuntimeState } from "../../../src/app_runtime/core/runtime_state.ts";

const states: readonly RuntimeState[] = [
  { kind: "created" },
  { kind: "booting" },
  { kind: "running" },
  { kind: "stopping", reason: "deploy" },
  { kind: "stopped" },
  { kind: "failed", error: "disk full" },
];
const moves: readonly RuntimeMove[] = [
  { kind: "boot" },
  { kind: "booted" },
  { kind: "stop", reason: "deploy" },
  { kind: "ended" },
  { kind: "failed", error: "disk full" },
];

/** Every move that is possible; all others are refused. */
const table: Readonly<Record<string, string>> = {
  "created boot": "booting",
  "booting booted": "running",
  "booting stop": "stopping",
  "booting failed": "failed",
  "running stop": "stopping",
  "stopping ended": "stopped",
  "stopping failed": "failed",
};

test.each(states.flatMap((state) => moves.map((move) => [state, move] as const)))("%o and %o", (state, move) => {
  const to = table[`${state.kind} ${move.kind}`];
  if (to === undefined) expect(() => next(state, move)).toThrow(`A runtime that is ${state.kind} cannot ${move.kind}`);
  else expect(next(state, move).kind).toBe(to);
});
