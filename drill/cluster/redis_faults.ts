import { setTimeout as delay } from "node:timers/promises";
import { until } from "../until.ts";
import type { ClusterFault } from "./cluster_fault.ts";
import { type ClusterStage, quietLimitMs } from "./cluster_stage.ts";

/** The way back to a server that was away: tried at least this often; and a free lease is looked for twice a second. */
const wayBackMs = 2_000;
const missedMs = 20_000;

/** What befalls the Redis that machines meet at. It never keeps anything on disk. */
export const redisFaults: readonly ClusterFault[] = [
  { name: "redis-forgets", machines: 2, rounds: 4, round: forgets },
  { name: "redis-and-holder-killed", machines: 2, rounds: 4, round: forgetsADeadHolder },
  { name: "redis-away-shortly", machines: 2, rounds: 4, round: awayShortly },
  { name: "redis-away", machines: 2, rounds: 3, round: away },
];

/** Whoever holds the lease keeps it, and nobody else begins. */
async function forgets(stage: ClusterStage, mails: number): Promise<void> {
  await keepsTheMailbox(stage, mails, async () => {
    await stage.redis.kill();
    await stage.redis.start();
  });
}

/** For less than a third of a lease. */
async function awayShortly(stage: ClusterStage, mails: number): Promise<void> {
  await keepsTheMailbox(stage, mails, async () => {
    await stage.redis.kill();
    await delay(0.25 * stage.leaseMs);
    await stage.redis.start();
  });
}

async function keepsTheMailbox(stage: ClusterStage, mails: number, trouble: () => Promise<void>): Promise<void> {
  const holder = await stage.busyHolder(mails);
  const turns = stage.turns.length;
  const struckAt = Date.now();
  await trouble();
  const ordered = stage.scene.ordered;
  stage.scene.deliver(mails);
  await until("An order after that", quietLimitMs, () => stage.scene.ordered > ordered);
  stage.scene.recovery.took(Date.now() - struckAt);
  await delay(2 * stage.leaseMs);
  const moved = stage.turns.slice(turns).map(({ machine, code }) => `${machine.name} ${code}`);
  stage.scene.promise(moved.length === 0, `The mailbox changed hands: ${moved.join(", ")}`);
  stage.scene.promise((await stage.holder()) === holder, `${holder.name} does not work the mailbox any more`);
}

/** Redis cannot know whether the holder it has forgotten lives: nobody begins for a lease, and then somebody does. */
async function forgetsADeadHolder(stage: ClusterStage, mails: number): Promise<void> {
  const holder = await stage.busyHolder(mails);
  await stage.redis.kill();
  const struckAt = await stage.kill(holder);
  await stage.redis.start();
  await stage.takenOver("Redis and the holder were killed", struckAt, 2 * stage.leaseMs);
  await stage.start(holder);
}

/** For two leases: nobody works, everybody says why; and then one of them works again by itself. */
async function away(stage: ClusterStage, mails: number): Promise<void> {
  const { scene, leaseMs, options } = stage;
  const holder = await stage.busyHolder(mails);
  const killedAt = Date.now();
  await stage.redis.kill();
  const lost = await until("A holder that gives up", 2 * leaseMs + missedMs, () =>
    stage.turns.find(({ machine, code, at }) => machine === holder && code === "lease_lost" && at >= killedAt),
  );
  const keptMs = lost.at - killedAt;
  scene.promise(keptMs <= leaseMs + options.slackMs, `${holder.name} worked for ${keptMs} ms without Redis`);
  const ordered = scene.ordered;
  scene.deliver(mails);
  for (const machine of stage.machines) {
    await stage.hears(
      machine,
      "cluster",
      /^fail: .* cannot be asked who works what: Redis at .* cannot be reached: /,
      missedMs,
    );
    await stage.hears(machine, "source:inbox", /^(warn|fail): Stands by, and could not take over now: /, missedMs);
  }
  await stage.allAnswer();
  await delay(Math.max(0, killedAt + 2 * leaseMs - Date.now()));
  scene.promise(
    scene.ordered === ordered,
    `${scene.ordered - ordered} orders were stored while nobody had the mailbox`,
  );
  await stage.redis.start();
  await stage.takenOver("Redis was away", Date.now(), leaseMs + wayBackMs);
}
