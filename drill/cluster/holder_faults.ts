import { setTimeout as delay } from "node:timers/promises";
import { until } from "../until.ts";
import type { ClusterFault } from "./cluster_fault.ts";
import { type ClusterStage, concurrency } from "./cluster_stage.ts";

/** Cards come every 3 s, and one that misses three is missed. */
const missedMs = 20_000;

/** What befalls the machine that works the mailbox. */
export const holderFaults: readonly ClusterFault[] = [
  { name: "holder-killed", machines: 2, rounds: 4, round: killed },
  { name: "holder-stopped", machines: 2, rounds: 6, round: stopped },
  { name: "holder-frozen", machines: 2, rounds: 4, round: frozen },
  { name: "holder-cut-off", machines: 2, rounds: 4, round: cutOff },
  { name: "rolling-upgrade", machines: 3, rounds: 2, round: upgraded },
  { name: "random-kills", machines: 3, rounds: 6, round: killedAtRandom },
];

async function killed(stage: ClusterStage, mails: number, round: number): Promise<void> {
  const holder = await stage.busyHolder(mails);
  const struckAt = await stage.kill(holder);
  const next = await stage.takenOver("a kill", struckAt);
  if (round === 1) await stage.hears(next, "peers", /^warn: .* has vanished without a goodbye/, missedMs);
  await stage.start(holder);
  await stage.hears(next, "peers", /^pass/, missedMs);
}

async function stopped(stage: ClusterStage, mails: number): Promise<void> {
  const holder = await stage.busyHolder(mails);
  const struckAt = await stage.stop(holder);
  await stage.takenOverAtOnce("a stop in order", struckAt);
  await stage.start(holder);
}

/**
 * Longer than two leases; then it goes on as if nothing had happened, with mails in hand that another has taken. What was on
 * its way to the disk when it was stopped, one order for each handler at most, gets there (decision 12).
 */
async function frozen(stage: ClusterStage, mails: number): Promise<void> {
  const holder = await stage.busyHolder(mails);
  const frozenAt = await stage.freeze(holder);
  await stage.takenOver("a freeze", frozenAt);
  await delay(Math.max(0, frozenAt + 2.2 * stage.leaseMs - Date.now()));
  const before = holder.ledger().orders.length;
  const thawedAt = Date.now();
  stage.thaw(holder);
  await until("A machine that notices its loss", stage.leaseMs + missedMs, () =>
    stage.turns.some((turn) => turn.machine === holder && turn.code === "lease_lost" && turn.at >= thawedAt),
  );
  await stage.quiet();
  const stored = holder.ledger().orders.length - before;
  const { figures } = stage.scene;
  figures.storedLate = Number(figures.storedLate ?? 0) + stored;
  stage.scene.promise(
    stored <= concurrency,
    `A machine that had lost the mailbox stored ${stored} orders when it went on, more than were on their way to its disk`,
  );
}

/** From Redis alone: its mailbox and its answers are within reach, so only its own clock keeps it from going on. */
async function cutOff(stage: ClusterStage, mails: number): Promise<void> {
  const holder = await stage.busyHolder(mails);
  const struckAt = Date.now();
  holder.proxy.blackHole();
  const next = await stage.takenOver("a cut from Redis", struckAt);
  const lost = stage.turns.find(
    ({ machine, code, at }) => machine === holder && code === "lease_lost" && at >= struckAt,
  );
  stage.scene.promise(lost !== undefined, `${next.name} began before ${holder.name} had given up`);
  await stage.allAnswer();
  await stage.hears(
    holder,
    "cluster",
    /^fail: The cluster "drill" cannot be asked who works what: Redis at /,
    missedMs,
  );
  await stage.hears(holder, "peers", /^warn: The other runtimes cannot be asked: /, missedMs);
  holder.proxy.pass();
  await stage.hears(holder, "cluster", /^pass/, missedMs);
}

/** One after the other is stopped in order and started again, while mails come in. Nothing at all is ordered twice. */
async function upgraded(stage: ClusterStage, mails: number): Promise<void> {
  for (const machine of stage.machines) {
    const holder = await stage.busyHolder(Math.ceil(mails / stage.machines.length));
    const stoppedAt = await stage.stop(machine);
    if (machine === holder) await stage.takenOverAtOnce("a stop for an upgrade", stoppedAt);
    await stage.start(machine);
  }
}

/** Whoever it is, the holder or not, and again before the one before is back; one of them always lives. */
async function killedAtRandom(stage: ClusterStage, mails: number): Promise<void> {
  for (let kill = 0; kill < 3; kill += 1) {
    stage.scene.deliver(Math.ceil(mails / 3));
    await delay(stage.random.between(0, 1_500));
    const victim = stage.random.pick(stage.machines);
    if (!victim.isUp) await stage.start(victim);
    const [heir] = stage.othersThan(victim);
    if (heir !== undefined && !stage.othersThan(victim).some(({ isUp }) => isUp)) await stage.start(heir);
    const wasHolder = (await victim.sourceState()) === "running";
    const struckAt = await stage.kill(victim);
    if (wasHolder) await stage.takenOver("a kill", struckAt);
    if (stage.random.between(0, 1) === 0) await stage.start(victim);
  }
  await stage.startAll();
}
