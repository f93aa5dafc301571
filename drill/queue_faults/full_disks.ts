import type { DrillOptions } from "../drill.ts";
import { endure } from "./endure.ts";
import type { QueueFault } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";
import type { SmallDisk } from "./small_disk.ts";

/** No room where the tasks are kept, for a while: on the disk of the runtimes, or on that of Redis. */
export const fullDisks: readonly QueueFault[] = [
  { name: "disk-full", backings: ["sqlite"], disk: "16m", play: (stage, options) => fillDisk(stage, options, 10_000) },
  {
    name: "redis-disk-full",
    backings: ["bullmq"],
    disk: "6m",
    play: (stage, options) => fillDisk(stage, options, 5_000),
  },
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

function diskOf({ backing: { disk } }: QueueStage): SmallDisk {
  if (disk === undefined) throw new TypeError("This drill needs a small disk.");
  return disk;
}
