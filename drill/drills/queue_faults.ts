import type { Drill, DrillFamily } from "../drill.ts";
import { deaths } from "../queue_faults/deaths.ts";
import { failovers } from "../queue_faults/failover.ts";
import { fullDisks } from "../queue_faults/full_disks.ts";
import { hangs } from "../queue_faults/hangs.ts";
import { lostAnswers } from "../queue_faults/lost_answers.ts";
import type { BackingName } from "../queue_faults/queue_backing.ts";
import type { QueueFault } from "../queue_faults/queue_fault.ts";
import { QueueStage } from "../queue_faults/queue_stage.ts";
import { redisTroubles } from "../queue_faults/redis_troubles.ts";
import { requests } from "../queue_faults/requests.ts";

const family: DrillFamily = {
  name: "queue-faults",
  question:
    "Does a shared queue lose nothing and hand nothing out twice, whatever happens to its runtimes and its server?",
  columns: ["repeatsKeptOut", "exitMs", "healthFailsS", "warnings"],
  sideBySide: () => 2,
};

const everyBacking: readonly BackingName[] = ["sqlite", "bullmq"];

/** Each row on each queue that it applies to. */
export const queueFaults: readonly Drill[] = [
  ...deaths,
  ...hangs,
  ...lostAnswers,
  ...redisTroubles,
  ...failovers,
  ...fullDisks,
  ...requests,
].flatMap((fault) => (fault.backings ?? everyBacking).map((backing) => drillOf(fault, backing)));

function drillOf(fault: QueueFault, backing: BackingName): Drill {
  const name = `${fault.name}:${backing}`;
  const { play, backings: _, name: __, ...stage } = fault;
  return {
    name,
    question: family.question,
    family,
    run: (options) => {
      const parts = { ...stage, drill: name.replaceAll(":", "-"), backing, options };
      return QueueStage.play(parts, (on) => play(on, options));
    },
  };
}
