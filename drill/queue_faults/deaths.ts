import { setTimeout as delay } from "node:timers/promises";
import type { BotProcess } from "../bot_process.ts";
import type { DrillOptions } from "../drill.ts";
import { SeededRandom } from "../seeded_random.ts";
import { atRest } from "./endure.ts";
import { patienceMs, pickupLimitMs, type QueueFault } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";

const concurrency = 4;

/** Node processes that die, once or again and again. */
export const deaths: readonly QueueFault[] = [
  { name: "killed-worker", play: killWorkers },
  { name: "killed-publisher", play: killPublishers },
  { name: "killed-by-one-task", queue: { lease: "1s" }, play: killedByOneTask },
  { name: "out-of-memory", play: outOfMemory },
  { name: "published-twice", play: publishedTwice },
];

/** One of two workers is killed with tasks in hand; the other takes them over, in the order of their keys. */
async function killWorkers(stage: QueueStage, { seed, rounds = 3, slackMs, say }: DrillOptions): Promise<void> {
  const random = new SeededRandom(seed);
  const tasks = 200 * rounds;
  await stage.start("feeder", { feed: { tasks, every: "30ms", keys: 20, behave: "plod" } });
  const workers = [
    await stage.start("worker-0", { work: { concurrency } }),
    await stage.start("worker-1", { work: { concurrency } }),
  ];
  for (let round = 0; round < rounds; round += 1) {
    await stage.ended((tasks / rounds) * round + 20, patienceMs);
    await delay(random.between(0, 1_000));
    const victim = workers[round % 2] as BotProcess;
    const inHand = await killWithTasksInHand(stage, victim);
    await pickedUp(stage, victim, inHand, slackMs);
    workers[round % 2] = await stage.start(`worker-${round % 2}`, { work: { concurrency } });
    say(`killed-worker: ${inHand.length} tasks were in hand, taken over after ${stage.recovery.lastMs} ms`);
  }
  await stage.ended(tasks, patienceMs);
}

/** The ids of what it had started, and surely not finished: a kill can come between the ack and its note in the ledger. */
async function killWithTasksInHand(stage: QueueStage, victim: BotProcess): Promise<readonly string[]> {
  const { pid } = victim;
  await victim.kill();
  const open = new Set<string>();
  for (const entry of stage.ledger()) {
    if (entry.what === "started" && entry.pid === pid) open.add(entry.id);
    if (entry.what === "effect" && entry.pid === pid) open.delete(entry.id);
  }
  return [...open];
}

async function pickedUp(stage: QueueStage, victim: BotProcess, ids: readonly string[], slackMs: number): Promise<void> {
  const killedAt = victim.exited?.at ?? Date.now();
  for (const id of ids) {
    const again = await stage.noted(`Another start of ${id}`, patienceMs, (entry) => {
      return entry.what === "started" && entry.id === id && entry.at >= killedAt;
    });
    stage.recovery.took(again.at - killedAt);
    stage.promise(
      again.at - killedAt <= pickupLimitMs + slackMs,
      `${id} was taken over after ${again.at - killedAt} ms`,
    );
  }
}

/** What was accepted before the kill is done; what was not is published by the next, under the same ids. */
async function killPublishers(stage: QueueStage, { seed, rounds = 5 }: DrillOptions): Promise<void> {
  const random = new SeededRandom(seed);
  const tasks = 1_000;
  await stage.start("worker", { work: { concurrency } });
  for (let round = 0; round < rounds; round += 1) {
    const feeder = await stage.start("feeder", { feed: { tasks, every: "1ms" } });
    await stage.noted(
      "A task of the new publisher",
      patienceMs,
      ({ what, pid }) => what === "accepted" && pid === feeder.pid,
    );
    await delay(random.between(0, 500));
    await feeder.kill();
  }
  await stage.start("feeder", { feed: { tasks, every: "1ms" } });
  await stage.ended(tasks, patienceMs);
}

/** A task that kills whoever takes it is given up after five; its neighbours are done. */
async function killedByOneTask(stage: QueueStage): Promise<void> {
  const neighbours = 50;
  const roles = { work: { concurrency: 1, maxCrashes: 5 } };
  await stage.start("deadly", { feed: { tasks: 1, prefix: "deadly", behave: "kill" } });
  await stage.noted("The deadly task", patienceMs, ({ what }) => what === "accepted");
  await stage.start("feeder", { feed: { tasks: neighbours } });
  let worker = await stage.start("worker", roles);
  let deaths = 0;
  while (!stage.ledger().some(({ what, id }) => what === "dead" && id.startsWith("deadly"))) {
    if (worker.exited !== undefined) {
      deaths += 1;
      if (deaths > 10) throw new Error("It goes on killing.");
      worker = await stage.start("worker", roles);
    }
    await delay(50);
  }
  await stage.ended(neighbours + 1, patienceMs);
  const [letter] = stage.ledger().filter(({ what }) => what === "dead");
  stage.figures.deaths = deaths;
  stage.figures.reason = letter?.what === "dead" ? letter.reason : "-";
  stage.promise(deaths === 5, `It killed ${deaths} processes instead of 5`);
}

/** A task for which no memory is enough: it is given up, and all others are done, also those that were in hand with it. */
async function outOfMemory(stage: QueueStage): Promise<void> {
  const role = { work: {}, nodeArguments: ["--max-old-space-size=64"] };
  await stage.start("feeder", { feed: { tasks: 100_000, every: "50ms" } });
  const workers = [await stage.start("worker-0", role), await stage.start("worker-1", role)];
  await stage.ended(20, patienceMs);
  await stage.start("greedy", { feed: { tasks: 1, prefix: "greedy", behave: "hoard" } });
  const deaths: number[] = [];
  while (!stage.ledger().some(({ what, id }) => what === "dead" && id.startsWith("greedy"))) {
    for (const [n, worker] of workers.entries()) {
      if (worker.exited === undefined) continue;
      deaths.push(worker.exited.at);
      if (deaths.length > 10) throw new Error("It goes on killing.");
      workers[n] = await stage.start(`worker-${n}`, role);
    }
    await delay(50);
  }
  await atRest(stage);
  const dead = stage.ledger().filter(({ what }) => what === "dead");
  stage.figures.deaths = deaths.length;
  stage.promise(deaths.length === 5, `It killed ${deaths.length} processes instead of 5`);
  stage.promise(dead.length === 1, `${dead.length} tasks were given up instead of 1`);
  for (const at of deaths) {
    const next = stage.ledger().find((entry) => entry.what === "effect" && entry.at > at);
    if (next !== undefined) stage.recovery.took(next.at - at);
  }
}

async function publishedTwice(stage: QueueStage): Promise<void> {
  const tasks = 300;
  await stage.start("worker", { work: { concurrency } });
  await stage.start("feeder", { feed: { tasks, every: "1ms", twice: true } });
  await stage.ended(tasks, patienceMs);
  await stage.noted("The last copy", patienceMs, (entry) => {
    return entry.what === "accepted" && entry.duplicate && entry.id.endsWith(String(tasks - 1));
  });
  const starts = stage.ledger().filter(({ what }) => what === "started").length;
  stage.promise(starts === tasks, `${tasks} tasks, each published twice, were started ${starts} times`);
}
