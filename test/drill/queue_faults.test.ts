import { expect, test } from "vitest";
import { type Drill, verdictOf } from "../../drill/drill.ts";
import { killTwo } from "../../drill/drills/kill_two.ts";
import { queueFaults } from "../../drill/drills/queue_faults.ts";
import { judgeTasks } from "../../drill/queue_faults/judge_tasks.ts";
import { QueueStage } from "../../drill/queue_faults/queue_stage.ts";
import type { LedgerEntry } from "../../drill/queue_faults/task_ledger.ts";

const limitMs = 120_000;
const names = [
  "killed-by-one-task:sqlite",
  "sigterm-too-long:bullmq",
  "redis-killed:bullmq",
  "kill-two:sqlite",
  "kill-two:bullmq",
];
const chosen: readonly Drill[] = [...queueFaults, ...killTwo].filter(({ name }) => names.includes(name));

// Side by side: they mostly wait.
test.concurrent.each(chosen)("the drill $name finds every promise kept", { timeout: limitMs }, async (drill) => {
  const seed = Math.floor(Math.random() * 100_000);
  const options = { seed, fast: true, rounds: 1, slackMs: 5_000, keep: false, say: () => undefined };
  const { accepted, lost, duplicatedEffects, broken } = await drill.run(options);
  const message = `npm run drill -- queue-faults kill-two --case ${drill.name} --fast --seed ${seed}`;
  expect({ lost, duplicatedEffects, broken }, message).toEqual({ lost: 0, duplicatedEffects: 0, broken: [] });
  expect(accepted).toBeGreaterThan(0);
});

test("a drill that needs a disk nobody may mount is skipped with its reason, and not called ok", async () => {
  const options = { seed: 1, fast: true, slackMs: 0, keep: false, say: () => undefined };
  const parts = { drill: "no-disk", backing: "sqlite", disk: "no-size", options } as const;
  const result = await QueueStage.play(parts, () => Promise.reject(new Error("It was played.")));
  expect(verdictOf(result)).toBe("skipped");
  expect(result.skipped).toMatch(/needs the right to mount/);
});

const one = { id: "a", pid: 1, at: 0 };
const accepted: LedgerEntry = { ...one, what: "accepted", duplicate: false, orderKey: "k" };
const started: LedgerEntry = { ...one, what: "started", attempt: 1, crashes: 0 };
const effect: LedgerEntry = { ...one, what: "effect", first: true };
const next = (entry: LedgerEntry): LedgerEntry => ({ ...entry, id: "b" });

test.each<[string, readonly LedgerEntry[], string]>([
  ["a lost task", [accepted, started], "1 accepted tasks are lost: a"],
  ["a hand-out to two", [accepted, started, started, effect], "1 hand-outs were doubled: a (attempt 1, crashes 0)"],
  ["a broken order", [accepted, next(accepted), next(effect), effect], "The order of k was broken"],
])("the judge notices %s", (_what, entries, broken) => {
  expect(judgeTasks(entries).broken).toEqual([broken]);
});

test("the judge excuses what was given back, what comes again after a crash, and what a queue forgot", () => {
  const requeued: LedgerEntry = { ...one, what: "requeued" };
  const afterCrash: LedgerEntry = { ...one, what: "started", attempt: 1, crashes: 1 };
  const again: LedgerEntry = { ...one, what: "effect", first: false };
  const verdict = judgeTasks([accepted, started, requeued, started, effect, afterCrash, again]);
  expect(verdict).toEqual({ accepted: 1, lost: 0, doubledEffects: 0, repeatsKeptOut: 1, broken: [] });
  expect(judgeTasks([accepted], { forgets: true })).toMatchObject({ lost: 1, broken: [] });
});
