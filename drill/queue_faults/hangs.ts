import { setTimeout as delay } from "node:timers/promises";
import type { DrillOptions } from "../drill.ts";
import { until } from "../until.ts";
import { patienceMs, type QueueFault } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";

/** Handlers that take too long, and runtimes that are told to go meanwhile. */
export const hangs: readonly QueueFault[] = [
  { name: "sigterm-fits", play: sigtermFits },
  { name: "sigterm-too-long", play: sigtermTooLong },
  { name: "second-sigterm", play: secondSigterm },
  { name: "blocked-loop", queue: { lease: "1s" }, play: blockedLoop },
  { name: "slow-handler", queue: { retry: { attempts: 3, initialDelay: "100ms" } }, play: slowHandler },
  { name: "ignores-abort", play: ignoresAbort },
  { name: "clock-jump", play: clockJump },
  { name: "always-fails", queue: { retry: { attempts: 3, initialDelay: "100ms" } }, play: alwaysFails },
];

async function sigtermFits(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  await stage.start("feeder", { feed: { tasks: 4, behave: "think" } });
  const worker = await stage.start("worker", { work: { concurrency: 4 } });
  await until("Four started tasks", patienceMs, () => stage.count("started") === 4);
  const at = Date.now();
  const { code, at: endedAt } = await worker.stop();
  stage.figures.exitMs = endedAt - at;
  stage.promise(code === 0, `It left with code ${code}`);
  stage.promise(endedAt - at <= 4_000 + slackMs, `It left after ${endedAt - at} ms`);
  stage.promise(stage.count("effect") === 4, "It did not wait for what was in hand");
}

/** Given back without burning an attempt, and taken over within a second. */
async function sigtermTooLong(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  await stage.start("feeder", { feed: { tasks: 4, behave: "dream" } });
  const leaving = await stage.start("leaving", {
    work: { concurrency: 4 },
    platform: { shutdown: { deadline: "5s" } },
  });
  await until("Four started tasks", patienceMs, () => stage.count("started") === 4);
  await stage.start("staying", { work: { concurrency: 4, timeout: "2s" } });
  const at = Date.now();
  const { code, at: endedAt } = await leaving.stop();
  stage.figures.exitMs = endedAt - at;
  stage.promise(code === 0, `It left with code ${code}`);
  stage.promise(endedAt - at <= 5_500 + slackMs, `It left after ${endedAt - at} ms`);
  const requeues = stage.ledger().filter(({ what }) => what === "requeued");
  stage.promise(requeues.length === 4, `${requeues.length} tasks were given back`);
  for (const { id, at: backAt } of requeues) {
    const again = await stage.noted(`Another start of ${id}`, patienceMs, (entry) => {
      return entry.what === "started" && entry.id === id && entry.pid !== leaving.pid;
    });
    stage.recovery.took(again.at - backAt);
    stage.promise(again.at - backAt <= 1_000 + slackMs, `${id} was taken over after ${again.at - backAt} ms`);
    stage.promise(again.what === "started" && again.attempt === 1, `Giving ${id} back burned an attempt`);
  }
  stage.unfinished = 4;
}

async function secondSigterm(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  await stage.start("feeder", { feed: { tasks: 4, behave: "dream" } });
  const worker = await stage.start("worker", { work: { concurrency: 4 } });
  await until("Four started tasks", patienceMs, () => stage.count("started") === 4);
  worker.signal("SIGTERM");
  await delay(500);
  const at = Date.now();
  const { code, at: endedAt } = await worker.stop();
  stage.figures.exitMs = endedAt - at;
  stage.promise(code === 1, `It left with code ${code}`);
  stage.promise(endedAt - at <= 500 + slackMs, `It left after ${endedAt - at} ms`);
  await stage.start("next", { work: { concurrency: 4, timeout: "2s" } });
  for (const id of new Set(stage.ledger().map((entry) => entry.id))) {
    const again = await stage.noted(`Another start of ${id}`, patienceMs, (entry) => {
      return entry.what === "started" && entry.id === id && entry.pid !== worker.pid;
    });
    stage.recovery.took(again.at - endedAt);
    stage.promise(again.what === "started" && again.attempt === 1, `Going in haste burned an attempt of ${id}`);
  }
  stage.unfinished = 4;
}

/** Nothing renews a lease while the loop is blocked: another takes the task, and the sleeper's answer comes too late. */
async function blockedLoop(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  await stage.start("feeder", { feed: { tasks: 1, prefix: "blocks", behave: "block" } });
  const blocked = await stage.start("blocked", { work: { concurrency: 1 } });
  const started = await stage.noted("A blocked loop", patienceMs, ({ what }) => what === "started");
  await stage.start("other", { work: { concurrency: 1 } });
  await stage.ended(1, patienceMs);
  const told = await until("A word about the loop that stood still", patienceMs, () => blocked.heard(/stood still/));
  stage.promise(told.msg.includes(started.id), `It does not name the task: ${told.msg}`);
  const effects = stage.ledger().filter(({ what }) => what === "effect");
  stage.recovery.took((effects[0]?.at ?? Date.now()) - started.at);
  await delay(1_500 + slackMs);
  const done = stage.ledger().filter(({ what }) => what === "done");
  stage.promise(done.length === 1, `${done.length} runtimes say that they have done it`);
}

/** Told to stop when its time is over; its slot is free at once when it listens, and after the grace when it does not. */
async function slowHandler(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  const [timeoutMs, graceMs, attempts] = [2_000, 1_000, 3];
  await stage.start("sleeper", { feed: { tasks: 2, prefix: "hears", behave: "dream" } });
  await stage.start("deaf", { feed: { tasks: 2, prefix: "deaf", behave: "ignore" } });
  await stage.noted("Tasks of both", patienceMs, ({ id }) => id === "hears-000001");
  await stage.noted("Tasks of both", patienceMs, ({ id }) => id === "deaf-000001");
  await stage.start("feeder", { feed: { tasks: 1_000, every: "50ms" } });
  await stage.start("worker", { work: { concurrency: 1, timeout: `${timeoutMs}ms` } });
  await until("Four tasks that were given up", patienceMs, () => stage.count("dead") === 4);
  await stage.stopFeeding();
  await stage.ended(stage.count("accepted"), patienceMs);
  const entries = stage.ledger();
  const starts = entries.filter(({ what, id }) => what === "started" && !id.startsWith("t-"));
  stage.promise(starts.length === 4 * attempts, `${starts.length} attempts were made instead of ${4 * attempts}`);
  const late: number[] = [];
  for (const start of starts) {
    const after = entries.slice(entries.indexOf(start) + 1);
    const toldAt = after.find(({ what, id }) => what === "told" && id === start.id)?.at ?? Number.NaN;
    const freeAt = after.find(({ what }) => what === "started")?.at ?? Number.NaN;
    stage.recovery.took(freeAt - toldAt);
    late.push(Math.abs(toldAt - start.at - timeoutMs), freeAt - toldAt - (start.id.startsWith("deaf") ? graceMs : 0));
  }
  // A busy machine makes some of them late, a fault would make most of them late.
  const median = late.toSorted((a, b) => a - b)[Math.floor(late.length / 2)] ?? Number.NaN;
  stage.figures.mostLateMs = Math.max(...late);
  stage.promise(median <= 200 + slackMs, `Told to stop, or their slot free, ${median} ms late`);
  stage.promise(Math.max(...late) <= timeoutMs + slackMs, `Told to stop, or a slot free, ${Math.max(...late)} ms late`);
}

/** Its slot goes to the next task; it is counted, and it does not keep the runtime from leaving. */
async function ignoresAbort(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  const queue = { tasks: 1, prefix: "deaf", behave: "ignore" };
  await stage.start("deaf", { feed: queue });
  const worker = await stage.start("worker", {
    work: { concurrency: 1, timeout: "500ms", abortGrace: "500ms" },
    platform: { shutdown: { deadline: "5s" } },
  });
  await stage.noted("The deaf task", patienceMs, ({ what }) => what === "started");
  await stage.start("feeder", { feed: { tasks: 50 } });
  await stage.ended(50, patienceMs);
  await until("A word about the one that was left behind", patienceMs, () => worker.heard(/deaf-000000/));
  const at = Date.now();
  const { at: endedAt } = await worker.stop();
  stage.figures.exitMs = endedAt - at;
  stage.promise(endedAt - at <= 5_500 + slackMs, `It left after ${endedAt - at} ms`);
  stage.unfinished = 1;
}

async function alwaysFails(stage: QueueStage): Promise<void> {
  await stage.start("poison", { feed: { tasks: 5, prefix: "poison", behave: "fail" } });
  await stage.start("feeder", { feed: { tasks: 200, every: "2ms" } });
  await stage.start("worker", { work: { concurrency: 2 } });
  await stage.ended(205, patienceMs);
  const letters = stage.ledger().filter(({ what }) => what === "dead");
  stage.promise(letters.length === 5, `${letters.length} dead letters instead of 5`);
  stage.promise(
    letters.every((letter) => letter.what === "dead" && letter.reason === "exhausted"),
    "They were given up for another reason",
  );
}

/** The wall clock of a worker goes an hour ahead and, later, back; then that of who publishes. */
async function clockJump(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  const feeder = await stage.start("feeder", { feed: { tasks: 100_000, every: "10ms", keys: 10, behave: "plod" } });
  const worker = await stage.start("worker", { work: { concurrency: 4 } });
  await stage.start("other", { work: { concurrency: 4 } });
  for (const jumps of [worker, worker, feeder, feeder]) {
    await stage.ended(stage.count("effect") + 50, patienceMs);
    jumps.signal("SIGUSR2");
    const before = stage.count("effect");
    const at = performance.now();
    await stage.ended(before + 20, patienceMs);
    stage.recovery.took(Math.round(performance.now() - at));
  }
  stage.promise(stage.recovery.maxMs <= 5_000 + slackMs, `Work went on after ${stage.recovery.maxMs} ms`);
  await stage.stopFeeding();
  await stage.ended(stage.count("accepted"), patienceMs);
}
