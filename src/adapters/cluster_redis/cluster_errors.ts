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

/** Something stands where a lease or its note should, and cannot be read. Nobody works under it until it is gone. */
export class ClusterRecordError extends RuntimeError {
  readonly code = "CLUSTER_RECORD";
  override readonly failureClass = "outage";

  constructor(key: string) {
    super(
      `What Redis has under ${key} cannot be read: it was changed by hand, or another program uses the same names. Delete that key: whoever holds the lease writes it down again.`,
    );
  }
}
