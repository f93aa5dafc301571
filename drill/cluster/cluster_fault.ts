import type { ClusterStage } from "./cluster_stage.ts";

/** One thing that befalls machines which share a mailbox and a Redis. */
export interface ClusterFault {
  readonly name: string;
  readonly machines: number;
  /** How often, unless told. */
  readonly rounds: number;
  /** Plays it once; all machines run when it begins, and when it is over. */
  round(stage: ClusterStage, mails: number, round: number): Promise<void>;
}
