import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** The Redis that a cluster meets at cannot be asked now. */
export class ClusterUnreachableError extends RuntimeError {
  readonly code = "CLUSTER_UNREACHABLE";
  override readonly failureClass = "outage";
}

/** Redis may have forgotten who holds a lease; nobody takes one until every holder of before has given up. */
export class ClusterMemoryYoungError extends RuntimeError {
  readonly code = "CLUSTER_MEMORY_YOUNG";
  override readonly failureClass = "outage";

  constructor(lease: string, waitMs: number) {
    super(
      `Redis was started anew, or has known this cluster for a moment only: a runtime may hold the lease ${lease} without Redis remembering it. It is taken in ${Math.ceil(waitMs / 1_000)} s; nothing needs to be done.`,
    );
  }
}
