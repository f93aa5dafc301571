import { setTimeout as delay } from "node:timers/promises";
import type { Filter, ProxiedConnection } from "../../test/support/tcp_proxy.ts";
import type { DrillOptions } from "../drill.ts";
import { SeededRandom } from "../seeded_random.ts";
import { until } from "../until.ts";
import { atRest } from "./endure.ts";
import { lastWords } from "./numbered_tasks.ts";
import { patienceMs, pickupLimitMs, type QueueFault } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";
import { serverOf } from "./redis_troubles.ts";

/** A task is settled, and nobody hears of it. */
export const lostAnswers: readonly QueueFault[] = [
  { name: "ack-lost", backings: ["bullmq"], play: ackLost },
  { name: "killed-after-ack", play: killedAfterAck },
];

/** In a request: the script that settles, with at least one task to settle. */
const settling = /\r\nwork\r\n(?:\$\d+\r\n[^\r\n]*\r\n){7}\$\d+\r\n[1-9]/;

/** Takes the answer to a settlement off its way. The connection ends with it, or says nothing any more. */
class AnswerThief {
  #wants: "cut" | "silence" | undefined;
  stolen = 0;

  steal(then: "cut" | "silence"): void {
    this.#wants = then;
  }

  readonly filterFor = (connection: ProxiedConnection): Filter => {
    let robbed: "cut" | "silence" | undefined;
    return (chunk, direction) => {
      if (direction === "from_client") {
        if (this.#wants === undefined || !settling.test(chunk)) return chunk;
        robbed = this.#wants;
        this.#wants = undefined;
        return chunk;
      }
      if (robbed === undefined) return chunk;
      if (robbed === "cut") connection.cutAfterThis();
      this.stolen += 1;
      return "";
    };
  };
}

/** To settle again what is settled already changes nothing, and no task is done twice for it. */
async function ackLost(
  stage: QueueStage,
  { seed, fast, slackMs, rounds = fast ? 5 : 20 }: DrillOptions,
): Promise<void> {
  const random = new SeededRandom(seed);
  const thief = new AnswerThief();
  serverOf(stage).proxy.through(thief.filterFor);
  await stage.start("feeder", { feed: { tasks: 100_000, every: "5ms", keys: 10 } });
  await stage.start("worker", { work: { concurrency: 8 } });
  for (let round = 0; round < rounds; round += 1) {
    await stage.ended(stage.count("effect") + 50, patienceMs);
    const before = thief.stolen;
    thief.steal(random.pick(["cut", "silence"]));
    await until("A stolen answer", patienceMs, () => thief.stolen > before);
    const at = Date.now();
    const next = await stage.noted("Work after it", patienceMs, (entry) => entry.what === "started" && entry.at > at);
    stage.recovery.took(next.at - at);
    await delay(random.between(0, 300));
  }
  stage.promise(stage.recovery.maxMs <= 10_000 + slackMs, `Work went on after ${stage.recovery.maxMs} ms`);
  await atRest(stage);
  const repeated = stage.ledger().filter(({ what }) => what === "started").length - stage.count("started");
  stage.promise(repeated === 0, `${repeated} tasks that were settled, or never begun, were started again`);
}

/** The process dies when a task is settled, before anybody can note it: the task does not come again. */
async function killedAfterAck(stage: QueueStage, { seed, rounds = 5, slackMs }: DrillOptions): Promise<void> {
  const random = new SeededRandom(seed);
  await stage.start("feeder", { feed: { tasks: 100_000, every: "10ms", keys: 10 } });
  let diedAt = 0;
  for (let round = 0; round < rounds; round += 1) {
    const worker = await stage.start(`worker-${round}`, { work: {} });
    const { pid } = worker;
    const next = await stage.noted(
      "Work of the next",
      patienceMs,
      (entry) => entry.what === "effect" && entry.pid === pid,
    );
    if (round > 0) stage.recovery.took(next.at - diedAt);
    await delay(random.between(0, 1_000));
    await stage.start(`last-${round}`, { feed: { tasks: 1, prefix: `${lastWords}-${round}` } });
    diedAt = (await worker.ended(patienceMs)).at;
  }
  await stage.start("worker", { work: {} });
  await delay(pickupLimitMs + slackMs);
  await atRest(stage);
  const starts = stage.ledger().filter(({ what, id }) => what === "started" && id.startsWith(lastWords));
  stage.promise(
    starts.length === rounds,
    `${rounds} tasks, settled before a kill, were started ${starts.length} times`,
  );
}
