import { setTimeout as delay } from "node:timers/promises";
import type { DrillOptions } from "../drill.ts";
import { SeededRandom } from "../seeded_random.ts";
import { until } from "../until.ts";
import { atRest } from "./endure.ts";
import { Flood } from "./flood.ts";
import { openHook } from "./hook.ts";
import { patienceMs, type QueueFault } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";
import { TaskLedger } from "./task_ledger.ts";

const senders = 8;
const newOnes = 20;
const requestsPerSecond = 1_000;
const inTurns = [false, true, true, false, true, false, false, true];

/** Requests that come again, or come without end. */
export const requests: readonly QueueFault[] = [
  { name: "webhook-replayed", play: webhookReplayed },
  { name: "control-flood", play: controlFlood },
];

/** The same deliveries arrive many times, in any order, also after the runtime was killed or stopped: one task for each. */
async function webhookReplayed(stage: QueueStage, { seed, rounds = 4 }: DrillOptions): Promise<void> {
  const random = new SeededRandom(seed);
  const hook = await openHook(stage);
  const ledger = new TaskLedger(stage.directory);
  const taken = new Map<string, number>();
  let posts = 0;
  let runtime = await hook.start();
  for (let round = 0; round < rounds; round += 1) {
    const over = new AbortController();
    const sending = Array.from({ length: senders }, async () => {
      for (; !over.signal.aborted; await delay(5)) {
        const id = `delivery-${random.between(0, taken.size + newOnes)}`; // mostly one that was taken already
        const status = await until("A delivery that is taken", patienceMs, async () => {
          const answer = await hook.post(id);
          return answer === 200 || answer === 202 ? answer : undefined;
        });
        posts += 1;
        if (status === 202) taken.set(id, (taken.get(id) ?? 0) + 1);
        ledger.note(`webhook:hook:${id}`, { what: "accepted", duplicate: status === 200 });
      }
    });
    await delay(random.between(100, 700));
    await (round % 2 === 0 ? runtime.kill() : runtime.stop());
    const at = Date.now();
    runtime = await hook.start();
    const next = await stage.noted("A delivery", patienceMs, (entry) => entry.what === "accepted" && entry.at > at);
    stage.recovery.took(next.at - at);
    await delay(random.between(100, 700));
    over.abort();
    await Promise.all(sending);
  }
  for (const id of taken.keys()) stage.promise((await hook.post(id)) === 200, `${id} was refused, or called new again`);
  await stage.ended(stage.count("accepted"), patienceMs);
  stage.figures.posts = posts;
  const twice = [...taken].filter(([, times]) => times > 1);
  stage.promise(twice.length === 0, `${twice.length} deliveries were called new more than once`);
}

/** Who knows no secret asks the control plane for everything, as fast as it can: tasks take no longer for it. */
async function controlFlood(stage: QueueStage, { fast }: DrillOptions): Promise<void> {
  await stage.start("feeder", { feed: { tasks: 100_000, every: "10ms" } });
  const worker = await stage.start("worker", { work: {} });
  await stage.ended(100, patienceMs);
  const phaseMs = fast ? 1_500 : 6_000;
  const windows: Window[] = [];
  const flood = new Flood(worker.controlPort);
  for (const flooded of inTurns) {
    if (flooded) flood.start(requestsPerSecond);
    await delay(500);
    const from = Date.now();
    await delay(phaseMs);
    windows.push({ flooded, from, to: Date.now() });
    flood.stop();
  }
  await atRest(stage);
  for (const [name, flooded] of [
    ["Quiet", false],
    ["Flood", true],
  ] as const) {
    const waits = windows.filter((window) => window.flooded === flooded).map((window) => waitsIn(stage, window));
    stage.figures[`p50${name}Ms`] = median(waits.map((sorted) => quantile(sorted, 0.5)));
    stage.figures[`p99${name}Ms`] = median(waits.map((sorted) => quantile(sorted, 0.99)));
  }
  stage.figures.answeredPerS = Math.round((flood.answered * 1_000) / (4 * (phaseMs + 500)));
  stage.figures.answers = flood.said;
}

interface Window {
  readonly flooded: boolean;
  readonly from: number;
  readonly to: number;
}

/** From accepted to done, of the tasks that were accepted then; sorted. */
function waitsIn(stage: QueueStage, { from, to }: Window): readonly number[] {
  const accepted = new Map<string, number>();
  const waits: number[] = [];
  for (const { what, id, at } of stage.ledger()) {
    const since = accepted.get(id);
    if (what === "accepted" && from <= at && at < to) accepted.set(id, at);
    if (what === "effect" && since !== undefined) waits.push(at - since);
  }
  return waits.toSorted((a, b) => a - b);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
