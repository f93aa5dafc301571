import { setTimeout as delay } from "node:timers/promises";
import type { DrillOptions } from "../drill.ts";
import { until } from "../until.ts";
import { endure, failing, warningsOf } from "./endure.ts";
import { type Hook, openHook } from "./hook.ts";
import { patienceMs, type QueueFault } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";
import type { SmallDisk } from "./small_disk.ts";
import { TaskLedger } from "./task_ledger.ts";

/** A source whose journal fails tries it again after growing pauses, at most this long. */
const longestPauseMs = 66_000;

/** No room where the tasks are kept, for a while: on the disk of the runtimes, or on that of Redis. */
export const fullDisks: readonly QueueFault[] = [
  { name: "disk-full", backings: ["sqlite"], disk: "16m", play: (stage, options) => fillDisk(stage, options, 10_000) },
  {
    name: "redis-disk-full",
    backings: ["bullmq"],
    disk: "6m",
    play: (stage, options) => fillDisk(stage, options, 5_000),
  },
  { name: "journal-disk-full", backings: ["sqlite"], disk: "24m", play: fillDiskOfJournal },
];

/** Whoever publishes is told, health fails, nobody dies, and work goes on when there is room again. */
async function fillDisk(stage: QueueStage, options: DrillOptions, resumeLimitMs: number): Promise<void> {
  const disk = diskOf(stage);
  await endure(stage, options, {
    begin: () => disk.fill(),
    lastMs: 30_000,
    end: () => disk.makeRoom(),
    resumeLimitMs,
    healthFailsWithinMs: 30_000,
    told: /disk/,
    mostWarnings: 50,
  });
}

/** Deliveries over HTTP are refused until there is room again, with 503, so that they are sent again. */
async function fillDiskOfJournal(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  const disk = diskOf(stage);
  const hook = await openHook(stage);
  const runtime = await hook.start();
  const ledger = new TaskLedger(stage.directory);
  const over = new AbortController();
  const refusals = new Map<number | undefined, number>();
  const sending = send(hook, over.signal, {
    taken: (id) => ledger.note(`webhook:hook:${id}`, { what: "accepted", duplicate: false }),
    refused: (status) => refusals.set(status, (refusals.get(status) ?? 0) + 1),
  });
  await stage.ended(200, patienceMs);
  refusals.clear(); // those of its start
  disk.fill();
  const health = failing(runtime, 30_000);
  await until("A delivery that is refused with 503", patienceMs, () => (refusals.get(503) ?? 0) > 0);
  stage.promise((await health) !== undefined, "Health did not fail within 30 s");
  await delay(20_000);
  stage.promise(runtime.exited === undefined, "The runtime died of it");
  disk.makeRoom();
  const at = Date.now();
  const next = await stage.noted(
    "A delivery after it",
    patienceMs,
    (entry) => entry.what === "accepted" && entry.at > at,
  );
  stage.recovery.took(next.at - at);
  stage.promise(next.at - at <= longestPauseMs + slackMs, `Deliveries were taken again after ${next.at - at} ms`);
  over.abort();
  await sending;
  await stage.ended(stage.count("accepted"), patienceMs);
  stage.promise(
    [...refusals.keys()].every((status) => status === 503),
    `Refused with ${[...refusals.keys()].join(", ")}`,
  );
  stage.figures.warnings = warningsOf(runtime);
}

/** One delivery after the other, each until it is taken. */
async function send(
  hook: Hook,
  signal: AbortSignal,
  told: { readonly taken: (id: string) => void; readonly refused: (status: number | undefined) => void },
): Promise<void> {
  for (let n = 0; !signal.aborted; await delay(10)) {
    const status = await hook.post(`d-${n}`);
    if (status === 200 || status === 202) {
      told.taken(`d-${n}`);
      n += 1;
    } else told.refused(status);
  }
}

function diskOf({ backing: { disk } }: QueueStage): SmallDisk {
  if (disk === undefined) throw new TypeError("This drill needs a small disk.");
  return disk;
}
