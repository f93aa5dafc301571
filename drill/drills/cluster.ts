import type { ClusterFault } from "../cluster/cluster_fault.ts";
import { ClusterStage } from "../cluster/cluster_stage.ts";
import { holderFaults } from "../cluster/holder_faults.ts";
import { redisFaults } from "../cluster/redis_faults.ts";
import type { Drill, DrillFamily, DrillOptions, DrillResult } from "../drill.ts";

const family: DrillFamily = {
  name: "cluster",
  question: "Do machines that share a mailbox over a Redis lose no mail and follow each other within two leases?",
  columns: ["machines", "leaseMs", "orderedAgain"],
  sideBySide: () => 1,
};

/** Each row with a Redis, a mailbox and machines of its own. */
export const cluster: readonly Drill[] = [...holderFaults, ...redisFaults].map((fault) => ({
  name: `cluster:${fault.name}`,
  question: family.question,
  family,
  run: (options) => play(fault, options),
}));

async function play(fault: ClusterFault, options: DrillOptions): Promise<DrillResult> {
  const { rounds = fault.rounds, mails = 40, say } = options;
  return await ClusterStage.play(`cluster-${fault.name}`, options, fault.machines, async (stage) => {
    for (let round = 1; round <= rounds; round += 1) {
      await fault.round(stage, mails, round);
      await stage.quiet();
      say(
        `${fault.name}, round ${round} of ${rounds}: ${stage.scene.ordered} orders, back after ${stage.scene.recovery.lastMs} ms`,
      );
    }
  });
}
