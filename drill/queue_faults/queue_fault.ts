import type { ConfigTree } from "../bot_config.ts";
import type { DrillOptions } from "../drill.ts";
import type { BackingName, BackingOptions } from "./queue_backing.ts";
import type { QueueStage } from "./queue_stage.ts";

/** One way to disturb runtimes that share a queue. */
export interface QueueFault extends Omit<BackingOptions, "directory"> {
  readonly name: string;
  /** Default: all. */
  readonly backings?: readonly BackingName[];
  /** Over `queues.work`. */
  readonly queue?: ConfigTree;
  /** The queue itself forgets. */
  readonly forgets?: boolean;
  play(stage: QueueStage, options: DrillOptions): Promise<void>;
}

/** What is promised at the default lease of 10 s. */
export const pickupLimitMs = 15_000;

/** Long enough for anything that happens at all. */
export const patienceMs = 120_000;
